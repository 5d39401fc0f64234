"""Puts a run's summary into a page: record.py SUMMARY PAGE.

It takes the place of what stands between the plot and the next heading, or the end.
"""

import sys

PLOT = "![lambda_fdw beside its peers](../bench/results.svg)\n"


def main(summary, page):
    with open(summary, encoding="utf-8") as file:
        figures = file.read()
    with open(page, encoding="utf-8") as file:
        text = file.read()
    start = text.index(PLOT) + len(PLOT)
    end = text.find("\n## ", start)
    if end < 0:
        end = len(text)
    with open(page, "w", encoding="utf-8") as file:
        file.write(text[:start] + "\n" + figures + text[end:])


if __name__ == "__main__":
    main(*sys.argv[1:])
