package workbook_test

import "flag"

var mutations = flag.Int("mutations", defaultMutations, "how many mutated workbooks TestMutations reads")
