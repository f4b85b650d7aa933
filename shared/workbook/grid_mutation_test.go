package workbook_test

import "slices"

// insertRows puts n rows above row at, as a spreadsheet program does.
func (s *gridSheet) insertRows(at, n int) {
	for _, r := range s.rows {
		if r.n >= at {
			r.n += n
		}
	}
	for i := range s.merged {
		b := &s.merged[i]
		if b.top >= at {
			b.top += n
		}
		if b.bottom >= at {
			b.bottom += n
		}
	}
}

func (s *gridSheet) deleteRow(at int) {
	s.rows = slices.DeleteFunc(s.rows, func(r *gridRow) bool { return r.n == at })
	for _, r := range s.rows {
		if r.n > at {
			r.n--
		}
	}
	for i := range s.merged {
		b := &s.merged[i]
		if b.top > at {
			b.top--
		}
		if b.bottom >= at {
			b.bottom--
		}
	}
	s.merged = slices.DeleteFunc(s.merged, func(b box) bool { return b.bottom < b.top })
	s.dropSingle()
}

func (s *gridSheet) insertColumns(at, n int) {
	for _, r := range s.rows {
		for _, c := range r.cells {
			if c.column >= at {
				c.column += n
			}
		}
	}
	for i := range s.merged {
		b := &s.merged[i]
		if b.left >= at {
			b.left += n
		}
		if b.right >= at {
			b.right += n
		}
	}
	if s.page != nil && s.page.ids >= at {
		s.page.ids += n
	}
}

func (s *gridSheet) deleteColumn(at int) {
	for _, r := range s.rows {
		r.cells = slices.DeleteFunc(r.cells, func(c *gridCell) bool { return c.column == at })
		for _, c := range r.cells {
			if c.column > at {
				c.column--
			}
		}
	}
	for i := range s.merged {
		b := &s.merged[i]
		if b.left > at {
			b.left--
		}
		if b.right >= at {
			b.right--
		}
	}
	s.merged = slices.DeleteFunc(s.merged, func(b box) bool { return b.right < b.left })
	s.dropSingle()
	if s.page != nil && s.page.ids > at {
		s.page.ids--
	}
}

// dropSingle drops merged cells of which only one is left.
func (s *gridSheet) dropSingle() {
	s.merged = slices.DeleteFunc(s.merged, func(b box) bool { return b.top == b.bottom && b.left == b.right })
}
