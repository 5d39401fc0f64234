"""Puts a run's summary into a README: record.py SUMMARY README.

It takes the place of what stands between the plot and the next heading.
"""

import sys

PLOT = "![lambda_fdw beside its peers](bench/results.svg)\n"


def main(summary, readme):
    with open(summary, encoding="utf-8") as file:
        figures = file.read()
    with open(readme, encoding="utf-8") as file:
        text = file.read()
    start = text.index(PLOT) + len(PLOT)
    end = text.index("\n## ", start)
    with open(readme, "w", encoding="utf-8") as file:
        file.write(text[:start] + "\n" + figures + text[end:])


if __name__ == "__main__":
    main(*sys.argv[1:])
