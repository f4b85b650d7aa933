"""An attacker of its own: reads published tables, one release a line of JSON, writes the integer programme down in its own
way and lets HiGHS find the least and the greatest count of every number that is not shown. Answers a line for each line."""

import json
import sys

import highspy
import numpy

INF = highspy.kHighsInf


class Attack:
    def __init__(self, release):
        self.release, self.names, self.index, self.lower, self.upper, self.rows = release, [], {}, [], [], []
        tables = release["tables"]
        self.replied = {tuple(t["group"]): t["replied"] for t in tables}
        self.dimensions = {}
        for group in self.replied:
            if group[0] != "all":
                self.dimensions.setdefault(group[0], []).append(group)
        for dimension, groups in self.dimensions.items():
            rest = self.replied["all", "all"] - sum(self.replied[g] for g in groups)
            if rest:
                groups.append((dimension, "-rest"))
                self.replied[dimension, "-rest"] = rest
        self.places = {}  # (question, item, stage) -> columns
        for q in release["questions"]:
            for item in [i["id"] for i in q["items"]] or [""]:
                for stage in q["stages"] or [{"id": "", "choices": q["choices"]}]:
                    self.places[q["id"], item, stage["id"]] = stage["choices"]
        for group, n in self.replied.items():
            for place, choices in self.places.items():
                row = [self.var(group, place, c, n) for c in choices + ["-unanswered", "-not-applicable"]]
                self.row(n, n, [(v, 1) for v in row])
            for q in release["questions"]:
                self.question(group, n, q)
        for place, choices in self.places.items():
            for groups in self.dimensions.values():
                for c in choices + ["-unanswered", "-not-applicable"]:
                    parts = [(self.at(g, place, c), 1) for g in groups]
                    self.row(0, 0, parts + [(self.at(("all", "all"), place, c), -1)])
        for t in tables:
            for r in t["rows"]:
                self.shown(t, r)
        for name, n in (release.get("own") or {}).items():
            v = self.names.index(name)
            self.lower[v] = max(self.lower[v], n)

    def var(self, group, place, column, upper):
        name = f"{group[0]}={group[1]} {'.'.join(p for p in place if p)} {column}"
        self.index[group, place, column] = len(self.names)
        self.names.append(name)
        self.lower.append(0)
        self.upper.append(upper)
        return len(self.names) - 1

    def at(self, group, place, column):
        return self.index[tuple(group), place, column]

    def row(self, low, high, terms):
        self.rows.append((low, high, terms))

    def fix(self, v, n):
        self.lower[v] = self.upper[v] = n

    def question(self, group, n, q):
        items = [i["id"] for i in q["items"]] or [""]
        for item in items:
            for k, stage in enumerate(q["stages"] or [{"id": ""}]):
                place = (q["id"], item, stage["id"])
                if q["required"]:
                    self.fix(self.at(group, place, "-unanswered"), 0)
                outside = self.at(group, place, "-not-applicable")
                if k > 0:
                    before = (q["id"], item, q["stages"][k - 1]["id"])
                    self.row(n, n, [(outside, 1)] + [(self.at(group, before, c), 1) for c in stage["after"]])
                elif q["when"]:
                    gate = (q["when"]["question"], q["when"]["item"], q["when"]["stage"])
                    self.row(n, n, [(outside, 1)] + [(self.at(group, gate, c), 1) for c in q["when"]["choices"]])
                else:
                    self.fix(outside, 0)
        for none in [i["id"] for i in q["items"] if i["exclusive"]]:
            yes = lambda item: (self.at(group, (q["id"], item, ""), "yes"), 1)
            outside = self.at(group, (q["id"], none, ""), "-not-applicable")
            for item in items:
                if item != none:
                    self.row(-INF, n, [yes(none), yes(item), (outside, 1)])
            # Of the firms asked each has an item that is not "no".
            more = len(items) - 1
            self.row(-INF, more * n, [(self.at(group, (q["id"], i, ""), "no"), 1) for i in items] + [(outside, more)])

    def shown(self, t, r):
        if r["closed"]:
            return
        place = (t["question"], r["item"], t["stage"])
        choices = self.places[place]
        self.fix(self.at(t["group"], place, "-unanswered"), r["unanswered"])
        self.fix(self.at(t["group"], place, "-not-applicable"), r["not_applicable"])
        self.row(r["base"], r["base"], [(self.at(t["group"], place, c), 1) for c in choices])
        for c, n in zip(choices, r["cells"]):
            if n is not None:
                self.fix(self.at(t["group"], place, c), n)
        for j in r["joints"] or []:
            self.row(j["Count"], j["Count"], [(self.at(t["group"], place, choices[i]), 1) for i in j["Columns"]])
            if j["Few"] >= 0:
                v = self.at(t["group"], place, choices[j["Few"]])
                self.upper[v] = min(self.upper[v], self.release["threshold"] - 1)

    def solve(self):
        h = highspy.Highs()
        h.setOptionValue("output_flag", False)
        h.setOptionValue("threads", 1)
        for low, high in zip(self.lower, self.upper):
            h.addVar(low, high)
        for low, high, terms in self.rows:
            h.addRow(low, high, len(terms), numpy.array([v for v, _ in terms], dtype=numpy.int32),
                     numpy.array([f for _, f in terms], dtype=numpy.float64))
        out = {}
        for v, name in enumerate(self.names):
            if self.lower[v] != self.upper[v]:
                out[name] = [self.extreme(h, v, 1), self.extreme(h, v, -1)]
        return out

    def extreme(self, h, v, sign):
        """The linear bound where it is taken in whole numbers, else that of the integer programme."""
        h.changeColCost(v, sign)
        h.run()
        if h.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            raise SystemExit(f"HiGHS: {h.modelStatusToString(h.getModelStatus())} at {self.names[v]}")
        values = h.getSolution().col_value
        if any(abs(x - round(x)) > 1e-6 for x in values):
            whole = range(len(self.names))
            for u in whole:
                h.changeColIntegrality(u, highspy.HighsVarType.kInteger)
            h.run()
            values = h.getSolution().col_value
            for u in whole:
                h.changeColIntegrality(u, highspy.HighsVarType.kContinuous)
        h.changeColCost(v, 0)
        return round(values[v])


for line in sys.stdin:
    print(json.dumps(Attack(json.loads(line)).solve()), flush=True)
