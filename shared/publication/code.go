package publication

import "runtime/debug"

// Unstated is the code of a program that was built without its revision.
const Unstated = "unstated"

// Code says which code a program is made of: the revision of the repository it was built from, with "+modified" where files
// differed from it. The revision also names the versions of all libraries (go.sum). The Go release is not part of it.
func Code(program *debug.BuildInfo) string {
	settings := map[string]string{}
	if program != nil {
		for _, s := range program.Settings {
			settings[s.Key] = s.Value
		}
	}
	revision := settings["vcs.revision"]
	switch {
	case revision == "":
		return Unstated
	case settings["vcs.modified"] == "true":
		return revision + "+modified"
	}
	return revision
}
