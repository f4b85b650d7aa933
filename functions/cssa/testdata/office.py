"""Fills in a blank checklist with a running LibreOffice, as a person does, and saves it as .xlsx.

Usage: office.py PORT BLANK FILLED < JSON
       office.py PORT --terminate             ends LibreOffice
  choose  [[sheet, cell, n], ...]     picks the nth entry of the cell's drop-down list
  type    [[sheet, cell, text], ...]  types text, as at the keyboard: a date becomes one
"""
import json
import sys
import time

import uno
from com.sun.star.beans import PropertyValue


def option(name, value):
    p = PropertyValue()
    p.Name, p.Value = name, value
    return p


def connect(port):
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
    for _ in range(600):
        try:
            return resolver.resolve("uno:socket,host=127.0.0.1,port=%s;urp;StarOffice.ComponentContext" % port)
        except Exception:  # it has not started yet
            time.sleep(0.1)
    raise SystemExit("LibreOffice does not answer on port %s" % port)


def entries(doc, cell):
    formula = cell.Validation.getFormula1()
    if formula.startswith('"'):
        return [e.strip('"') for e in formula.split(";")]
    sheet, cells = formula.rsplit(".", 1)
    sheet = sheet.lstrip("$").strip("'")
    rows = doc.Sheets.getByName(sheet).getCellRangeByName(cells.split(".")[-1]).getDataArray()
    return [str(row[0]) for row in rows if row[0] != ""]


def main():
    context = connect(sys.argv[1])
    desktop = context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
    if sys.argv[2] == "--terminate":
        desktop.terminate()
        return
    blank, filled = sys.argv[2:4]
    told = json.load(sys.stdin)
    doc = desktop.loadComponentFromURL(uno.systemPathToFileUrl(blank), "_blank", 0, (option("Hidden", True),))
    for sheet, name, n in told["choose"]:
        cell = doc.Sheets.getByName(sheet).getCellRangeByName(name)
        cell.setString(entries(doc, cell)[n - 1])
    for sheet, name, text in told["type"]:
        doc.Sheets.getByName(sheet).getCellRangeByName(name).setFormula(text)
    doc.storeToURL(uno.systemPathToFileUrl(filled), (option("FilterName", "Calc MS Excel 2007 XML"),))
    doc.close(True)


main()
