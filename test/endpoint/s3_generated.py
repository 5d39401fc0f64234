"""CSV for S3, a gigabyte in a second or two.

IDENTIFICATION
  test/endpoint/s3_generated.py
"""

# Rows of a block are alike but for the digits before their last three.
ROWS = 1000
DIGITS = b"\0"


def line(digits, number, columns, width):
    """A row; `digits` is a text or how many digits stand in its place."""
    said = "\0" if isinstance(digits, int) else digits
    length = digits if isinstance(digits, int) else len(digits)
    last = "%03d" % number if length else "%d" % number
    fields = [said + last]
    for column in range(2, columns + 1):
        start = "c%d-" % column
        pad = width - len(start) - length - len(last)
        fields.append(start + said + last + "x" * max(0, pad))
    return ",".join(fields) + "\n"


def block(digits, first, end, columns, width):
    return "".join(line(digits, number, columns, width)
                   for number in range(first, end)).encode()


def csv(rows, columns=3, width=12, header=False):
    """Rows 1 to `rows`, in blocks."""
    if header:
        yield (",".join(["id"] + ["c%d" % n for n in range(2, columns + 1)])
               + "\n").encode()
    yield block("", 1, min(rows + 1, ROWS), columns, width)
    length, template = 0, b""
    for thousand in range(1, rows // ROWS + 1):
        digits = b"%d" % thousand
        if len(digits) != length:
            length = len(digits)
            template = block(length, 0, ROWS, columns, width)
        if (thousand + 1) * ROWS <= rows + 1:
            yield template.replace(DIGITS, digits)
        else:
            yield block(digits.decode(), 0, rows + 1 - thousand * ROWS,
                        columns, width)
