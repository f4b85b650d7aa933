package workbook_test

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"cssa/shared/checklist"
	"cssa/shared/workbook"
)

// seed of the mutation run: the same mutations every time.
const mutationSeed = 20230630

// mutate makes the n-th mutated workbook: one mutation of a subject, or for every fifth two at once.
func mutate(all []*subject, n int) (m *subject, kind string, names []string) {
	kinds := mutationKinds()
	r := rand.New(rand.NewPCG(mutationSeed, uint64(n)))
	for {
		of := []int{n % len(kinds)}
		if n%5 == 4 {
			of = append(of, r.IntN(len(kinds)))
			slices.Sort(of) // what changes cells comes before what changes how they are written
		}
		m, kind, names = all[r.IntN(len(all))].again(), kinds[of[0]].name, nil
		for _, k := range of {
			x := kinds[k].table[r.IntN(len(kinds[k].table))]
			if x.few && r.IntN(20) > 0 || !x.do(m, r) {
				break
			}
			names = append(names, x.name)
		}
		if len(of) == 2 {
			kind = "two at once"
		}
		if len(names) == len(of) {
			return m, kind, names
		}
	}
}

// A tally counts verdicts by kind of mutation.
type tally map[string]*[4]int

// runMutations makes n mutated workbooks, reads them and counts what came of them. Report is told of everything that is not right.
func runMutations(all []*subject, n int, read func(*checklist.Edition, []byte) workbook.Reading, report func(string)) tally {
	counts := tally{}
	var mu sync.Mutex
	var group sync.WaitGroup
	workers := runtime.GOMAXPROCS(0)
	for w := range workers {
		group.Go(func() {
			for i := w; i < n; i += workers {
				m, kind, names := mutate(all, i)
				v, why := m.judge(read(m.ed, m.pack()))
				mu.Lock()
				if counts[kind] == nil {
					counts[kind] = &[4]int{}
				}
				counts[kind][v]++
				if v == silentlyWrong || v == wronglyTold {
					report(fmt.Sprintf("mutation %d of %s (%s): %s: %s", i, m.ed.ID, strings.Join(names, " + "), [...]string{"", "", "silently wrong", "wrongly told"}[v], why))
				}
				mu.Unlock()
			}
		})
	}
	group.Wait()
	return counts
}

func (c tally) String() string {
	s := fmt.Sprintf("%-12s %9s %13s %15s %14s %13s\n", "kind", "mutations", "read exactly", "refused rightly", "silently wrong", "wrongly told")
	var sum [4]int
	line := func(name string, n [4]int) {
		s += fmt.Sprintf("%-12s %9d %13d %15d %14d %13d\n", name, n[0]+n[1]+n[2]+n[3], n[readExactly], n[refusedRightly], n[silentlyWrong], n[wronglyTold])
	}
	var names []string
	for name := range c {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		line(name, *c[name])
		for i, n := range c[name] {
			sum[i] += n
		}
	}
	line("all", sum)
	return s
}

// TestMutations: every mutated workbook is read to exactly the intended answers, or refused by a fault that names the right place.
func TestMutations(t *testing.T) {
	n := *mutations
	counts := runMutations(subjects(t, mutationSeed, 24, 4), n, read, func(s string) { t.Error(s) })
	t.Logf("%d mutations:\n%s", n, counts)
}

// TestEveryMutationIsMade makes each line of the tables on its own, so that none is there in vain.
func TestEveryMutationIsMade(t *testing.T) {
	all := subjects(t, mutationSeed, 6, 1)
	for _, k := range mutationKinds() {
		for _, x := range k.table {
			t.Run(k.name+"/"+x.name, func(t *testing.T) {
				made := map[verdict]int{}
				for n := range 8 {
					r := rand.New(rand.NewPCG(mutationSeed, uint64(n)))
					m := all[n%len(all)].again()
					if x.few && n > 1 || !x.do(m, r) {
						continue
					}
					v, why := m.judge(read(m.ed, m.pack()))
					made[v]++
					if v == silentlyWrong || v == wronglyTold {
						t.Fatalf("%d: %s", n, why)
					}
				}
				if len(made) == 0 {
					t.Fatal("never made")
				}
				if x.come == read_ && made[refusedRightly] > 0 || (x.come == told_ || x.come == refused) && made[readExactly] > 0 {
					t.Errorf("%q, but %d were read and %d refused", x.come, made[readExactly], made[refusedRightly])
				}
			})
		}
	}
}
