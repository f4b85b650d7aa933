"""Counts the answers of filled checklists with openpyxl, knowing nothing of cssa but where ids stand in the workbook.

Reads JSON from standard input:
  firms    [{"firm", "file", "groups": ["dimension/id", ...]}]   one workbook for each firm that counts
  choices  {place: [[id, label], ...]}                            of every place that is tabulated, in printed order
  numbers  [place, ...]                                           whose choices are classes, each with its lower bound
Writes JSON: {"group place choice": [count, base]} where base is how many firms of the group answered the place.

In a workbook, row 1 names the columns: "cssa" over the ids, "answer-1", "answer-2" ... over the answers. A row's ids, one
for each answer column, are separated by spaces.
"""
import collections
import json
import sys
import unicodedata
import warnings

import openpyxl

warnings.filterwarnings("ignore", "Cannot parse header or footer")


def answers(path):
    book = openpyxl.load_workbook(path, data_only=True)
    for sheet in book:
        ids, columns = None, []
        for row in sheet.iter_rows(values_only=True):
            if ids is None:
                if "cssa" not in row:
                    break  # not a sheet of questions
                ids = row.index("cssa")
                columns = [i for i, v in enumerate(row) if str(v).startswith("answer-")]
                continue
            if not row or row[ids] is None:
                continue
            for place, column in zip(str(row[ids]).split(), columns):
                if column < len(row) and row[column] is not None and str(row[column]).strip():
                    yield place, unicodedata.normalize("NFKC", str(row[column])).strip()


def chosen(text, choices):
    """The choice that a cell shows: by its label, or by its printed number, alone or before the label."""
    for number, (choice, label) in enumerate(choices, 1):
        label = unicodedata.normalize("NFKC", label)
        if text in (label, str(number)) or text.startswith("%d " % number):
            return choice
    raise SystemExit("no choice is %r, of %r" % (text, choices))


def main():
    told = json.load(sys.stdin)
    counts, bases = collections.Counter(), collections.Counter()
    for firm in told["firms"]:
        for place, text in answers(firm["file"]):
            if place not in told["choices"]:
                continue
            choices = told["choices"][place]
            if place in told["numbers"]:
                choice = [c for c, bound in choices if float(bound) <= float(text)][-1]
            else:
                choice = chosen(text, choices)
            for group in firm["groups"]:
                bases[group, place] += 1
                counts[group, place, choice] += 1
    groups = {g for f in told["firms"] for g in f["groups"]}
    json.dump({" ".join((g, p, c)): [counts[g, p, c], bases[g, p]]
               for g in groups for p, cs in told["choices"].items() for c, _ in cs}, sys.stdout)


main()
