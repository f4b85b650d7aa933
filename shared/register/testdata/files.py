"""Writes the firms' files of encoding_test.go, as offices' programs write them: python3 files.py (no other module needed)."""

import pathlib

HEADER = "firm_id,registration_number,name_ja,name_en,sector,peer_group,size_band,corporate_group,successor,valid_from,valid_to"
ROWS = [
    "S-0001,関東財務局長（金商）第9991号,髙﨑①証券㈱,A,securities,net,large,,,2020/4/1,",
    "S-0002,近畿財務局長（金商）第9992号,㈲神戸～ｻｸﾗ―№２,B,securities,net,large,,,2020/4/1,",
    "S-0003,福岡財務支局長（金商）第9993号,ソ表十能“竹”Ⅲ㈹,C,securities,net,large,,,2020/4/1,",
]
EXTERNAL = "S-0004,東海財務局長（金商）第9994号,渡\ue000証券,D,securities,net,large,,,2020/4/1,"  # 外字: the first private character


# Every character of cp932 that Python decodes from one or two bytes, but ASCII, spaces and private ones; 150 to a name.
# A character that stands twice in cp932 is there once, as Python encodes it.
ALL = []
for lead in range(0x81, 0xFD):
    for trail in [None, *range(0x40, 0xFD)]:
        try:
            c = bytes([lead] if trail is None else [lead, trail]).decode("cp932")
        except UnicodeDecodeError:
            continue
        if len(c) == 1 and not c.isspace() and not 0xE000 <= ord(c) <= 0xF8FF and c not in ALL:
            ALL.append(c)
NAMES = ["".join(ALL[i : i + 150]) for i in range(0, len(ALL), 150)]
EVERY = [f"S-{i + 1:04},第{i + 1}号,{name},A,securities,net,large,,,2020/4/1," for i, name in enumerate(NAMES)]


def file(lines, encoding, end="\r\n"):
    return (end.join([HEADER, *lines]) + end).encode(encoding)


FILES = {
    "cp932.csv": file(ROWS, "cp932"),
    "utf8.csv": file(ROWS, "utf-8", "\n"),
    "utf8-bom.csv": file(ROWS, "utf-8-sig"),
    "cp932-private.csv": file([ROWS[0], EXTERNAL], "cp932"),
    "utf8-private.csv": file([ROWS[0], EXTERNAL], "utf-8"),
    "all-cp932.csv": file(EVERY, "cp932"),
    "all-utf8.csv": file(EVERY, "utf-8"),
    # one office's file put below another's
    "utf8-then-cp932.csv": file(ROWS[:2], "utf-8") + (ROWS[2] + "\r\n").encode("cp932"),
    "cp932-then-utf8.csv": file(ROWS[:2], "cp932") + (ROWS[2] + "\r\n").encode("utf-8"),
    "bom-then-cp932.csv": b"\xef\xbb\xbf" + file(ROWS[:1], "cp932"),
    # saved by a program that could not write what it did not know
    "lost.csv": file(ROWS, "utf-8").replace("﨑".encode(), "\ufffd".encode()),
    "utf16.csv": file(ROWS, "utf-16"),
}

if __name__ == "__main__":
    here = pathlib.Path(__file__).parent
    for name, body in FILES.items():
        (here / name).write_bytes(body)
