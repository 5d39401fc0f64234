"""The plot: each case's ratio to its peer on a logarithmic scale, with its goal.

Written by hand, as SVG that follows the reader's light or dark background.
"""

import math
from xml.sax.saxutils import escape

WIDTH = 980
LEFT = 480          # where the scale begins
RIGHT = 60
TOP = 74
LINE = 21
TICKS = (0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50)

STYLE = """
  .ground { fill: #ffffff } text { fill: #1f2328; font: 12px system-ui, sans-serif }
  .title { font-size: 15px; font-weight: 600 } .small { fill: #59636e; font-size: 11px }
  .grid { stroke: #d1d9e0 } .peer { stroke: #59636e; stroke-width: 1.5 }
  .bar { stroke: #afb8c1; stroke-width: 2 } .goal { stroke: #1f2328; stroke-width: 2.5 }
  .met { fill: #0969da } .missed { fill: #cf222e } .known { fill: #818b98 }
  @media (prefers-color-scheme: dark) {
    .ground { fill: #0d1117 } text { fill: #f0f6fc } .small { fill: #9198a1 }
    .grid { stroke: #2f353d } .peer { stroke: #9198a1 } .bar { stroke: #545d68 }
    .goal { stroke: #f0f6fc } .met { fill: #58a6ff } .missed { fill: #ff7b72 }
    .known { fill: #7d8590 }
  }
"""


class Scale:
    """From ratios to places across."""

    def __init__(self, ratios):
        self.least = max(tick for tick in TICKS if tick <= min(ratios + [0.1]) or tick == TICKS[0])
        self.most = min(tick for tick in TICKS if tick >= max(ratios + [2]) or tick == TICKS[-1])

    def at(self, ratio):
        ratio = min(max(ratio, self.least), self.most)
        part = math.log(ratio / self.least) / math.log(self.most / self.least)
        return LEFT + part * (WIDTH - LEFT - RIGHT)


def text(x, y, words, style="", anchor="start"):
    return (f'<text x="{x:.1f}" y="{y:.1f}" class="{style}" text-anchor="{anchor}">'
            f'{escape(words)}</text>')


def line(x1, y1, x2, y2, style):
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" class="{style}"/>'


def mark(goal, x, y):
    """A dot; a diamond where the goal is missed, not by its colour alone."""
    if goal.met() is False:
        return (f'<path d="M{x:.1f} {y - 6:.1f}l6 6l-6 6l-6 -6z" class="missed"/>')
    style = "known" if goal.limit is None else "met"
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{4 if goal.limit is None else 5}" class="{style}"/>'


def draw_case(goal, before, scale, y):
    at = scale.at(goal.measured)
    name = "" if before and before.case == goal.case else goal.case
    beside = goal.beside.split(" (")[0]
    parts = [line(scale.at(1), y, at, y, "bar")]
    if goal.limit is not None:
        parts.append(line(scale.at(goal.limit), y - 7, scale.at(goal.limit), y + 7, "goal"))
    parts += [mark(goal, at, y),
              text(8, y + 4, name),
              text(LEFT - 12, y + 4, beside if len(beside) < 36 else beside[:35] + "…",
                   "small", "end"),
              text(WIDTH - 8, y + 4, f"{goal.measured:.2f}", "small", "end")]
    return parts


def draw(goals, day):
    """The SVG of those goals that are ratios."""
    goals = [goal for goal in goals if not goal.unit]
    scale = Scale([goal.measured for goal in goals])
    height = TOP + LINE * len(goals) + 16
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
             f'width="{WIDTH}" height="{height}" role="img">',
             f"<title>lambda_fdw beside its peers, {day}</title>", f"<style>{STYLE}</style>",
             f'<rect width="{WIDTH}" height="{height}" class="ground"/>',
             text(8, 22, "What lambda_fdw takes, as a part of what its peer takes", "title"),
             text(8, 41, f"{day}; least of all rounds; logarithmic; further left is faster. "
                  "Line: the goal. Diamond: missed. Grey: no goal.", "small")]
    for tick in TICKS:
        if scale.least <= tick <= scale.most:
            parts += [line(scale.at(tick), TOP - 14, scale.at(tick), height - 12,
                           "peer" if tick == 1 else "grid"),
                      text(scale.at(tick), TOP - 18, f"{tick:g}", "small", "middle")]
    before = None
    for number, goal in enumerate(goals):
        parts += draw_case(goal, before, scale, TOP + LINE * number + LINE / 2)
        before = goal
    return "\n".join(parts + ["</svg>"]) + "\n"
