// Package register is the register (名簿): firms and their contacts, with the days on which each entry holds.
//
// Population and groups of an edition are those of its reference date: a firm that merges, closes or is reclassified
// during the round keeps its place. Contacts are personal data; they are kept apart from the firms and from answers, and
// can be corrected and erased on their own.
package register

import (
	"errors"

	"cssa/shared/checklist"
)

// ErrUnknownFirm is returned where a firm id is not in the register on the day asked for.
var ErrUnknownFirm = errors.New("no such firm in the register")

// A Firm is one entry of the register: what was true of a firm from ValidFrom to ValidTo. A firm that changed has several.
type Firm struct {
	ID                 checklist.FirmID
	RegistrationNumber string // 登録番号, e.g. 関東財務局長（金商）第9999号
	Name               checklist.Text
	Sector             string           // 業態
	PeerGroup          string           // 同業グループ
	SizeBand           string           // 規模区分
	Attributes         Attributes       // by columns that the supervisor added
	CorporateGroup     string           // id shared by firms under common control; "" if none
	Successor          checklist.FirmID // the firm that took this one over after ValidTo; "" if none
	ValidFrom          checklist.Date   // first day, inclusive
	ValidTo            checklist.Date   // last day, inclusive; zero: still holds
}

// A Contact is a person or desk to whom a firm's mail goes.
type Contact struct {
	Firm      checklist.FirmID
	Role      Role
	Name      string
	Email     string
	ValidFrom checklist.Date
	ValidTo   checklist.Date
}

// A Role says what a contact is to the firm. Values are stored words.
type Role string

// The roles.
const (
	Officer Role = "officer" // 統括責任者
	Desk    Role = "desk"    // 担当者
)

// Firms are the entries of the register, in any order: what there is to know of firms without anybody's personal data.
type Firms []Firm

// A Register is all of it, in any order.
type Register struct {
	Firms
	Contacts []Contact
}
