"""What mkdocs is given to make the site of: pages, files they lead to, settings.

    python3 scripts/site_pages.py FOLDER

The folder has the checkout's own layout, so that links between pages are right as
they are; what they lead to otherwise comes along: a file as it is, a folder without
a README.md as a page that lists its files.  Also mkdocs.yml, whose navigation is
docs/index.md's, and the names of anchors as GitHub makes them.
"""

import os
import posixpath
import re
import shutil
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
LINK = re.compile(r"(\]\()([^)\s]+)(\))")
FENCE = re.compile(r"^ *(```|~~~)")

SETTINGS = """site_name: lambda_fdw
docs_dir: pages
use_directory_urls: false
theme:
  name: readthedocs
  highlightjs: false
plugins:
  - search
markdown_extensions:
  - sane_lists
  - toc:
      slugify: !!python/name:site_slug.slug
"""

SLUG = '''import re


def slug(text, separator):
    """The anchor of a heading, as GitHub names it."""
    return re.sub(r"[^\\w\\- ]", "", text.strip().lower()).replace(" ", separator)
'''


def tracked():
    """The files of the checkout: git's, or all where there is no git."""
    listed = subprocess.run(["git", "-C", ROOT, "ls-files", "-coz",
                             "--exclude-standard"], capture_output=True, text=True)
    if listed.returncode == 0:
        names = listed.stdout.split("\0")
        return {name for name in names
                if name and os.path.exists(os.path.join(ROOT, name))}
    return {os.path.relpath(os.path.join(folder, name), ROOT)
            for folder, _, names in os.walk(ROOT) for name in names}


def pages_of(files):
    return {name for name in files
            if name.endswith(".md") and not name.startswith(".")}


class Site:
    """The pages as they are put into the folder."""

    def __init__(self, folder):
        self.folder = folder
        self.files = tracked()
        self.pages = pages_of(self.files)
        self.folders = {posixpath.dirname(name) for name in self.files}
        for name in list(self.folders):
            while name:
                name = posixpath.dirname(name)
                self.folders.add(name)

    def put(self, name, text):
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)

    def bring(self, name):
        """Brings a file that a page leads to; returns the link to it."""
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        shutil.copyfile(os.path.join(ROOT, name), path)
        return name

    def list_folder(self, name):
        """Makes a page of a folder without README.md; returns its name."""
        page = posixpath.join(name, "index.md")
        inside = sorted(file for file in self.files
                        if posixpath.dirname(file) == name)
        if not os.path.exists(os.path.join(self.folder, page)):
            lines = [f"# {name}", ""]
            for file in inside:
                self.bring(file)
                base = posixpath.basename(file)
                lines.append(f"* [{base}]({base})")
            self.put(page, "\n".join(lines) + "\n")
        return page

    def target(self, page, link):
        """Where a link of a page leads to within the site."""
        path, mark, anchor = link.partition("#")
        if not path or re.match(r"[a-z]+:", path):
            return link
        name = posixpath.normpath(
            posixpath.join(posixpath.dirname(page), path))
        if name in self.pages:
            found = name
        elif name in self.files:
            found = self.bring(name)
        elif posixpath.join(name, "README.md") in self.pages:
            found = posixpath.join(name, "README.md")
        elif name in self.folders:
            found = self.list_folder(name)
        else:
            return link     # mkdocs and the browser will say so
        return posixpath.relpath(found, posixpath.dirname(page) or ".") + mark + anchor

    def convert(self, page):
        with open(os.path.join(ROOT, page), encoding="utf-8") as file:
            lines = file.read().split("\n")
        fenced = False
        before = ""
        out = []
        for line in lines:
            if FENCE.match(line):
                fenced = not fenced
            elif not fenced:
                line = LINK.sub(lambda match: match.group(1) + self.target(
                    page, match.group(2)) + match.group(3), line)
                # a list or a table directly below a paragraph
                if re.match(r"(\* |\d+\. |\|)", line) and before and not re.match(
                        r"(\* |\d+\. |\||#|\s)", before):
                    out.append("")
            out.append(line)
            before = line
        self.put(page, "\n".join(out))

    def navigation(self):
        """docs/index.md's lists, as mkdocs.yml has them."""
        lines = ["nav:", "  - lambda_fdw: README.md", "  - Contents: docs/index.md"]
        with open(os.path.join(ROOT, "docs/index.md"), encoding="utf-8") as file:
            for line in file:
                section = re.match(r"\*\*(.+)\*\*$", line)
                if section:
                    lines.append(f'  - "{section.group(1)}":')
                if not line.startswith("* "):
                    continue
                for title, link in re.findall(r"\[([^]]+)\]\(([^)]+)\)", line):
                    name = posixpath.normpath("docs/" + link.split("#")[0])
                    if name in self.pages:
                        title = title[0].upper() + title[1:]
                        lines.append(f'    - "{title}": {name}')
        for title, name in (("Changes", "CHANGELOG.md"), ("Who may what", "SECURITY.md")):
            lines.append(f'    - "{title}": {name}')
        return "\n".join(lines) + "\n"


def main():
    folder = os.path.abspath(sys.argv[1])
    site = Site(os.path.join(folder, "pages"))
    for page in sorted(site.pages):
        site.convert(page)
    with open(os.path.join(folder, "mkdocs.yml"), "w", encoding="utf-8") as file:
        file.write(SETTINGS + site.navigation())
    with open(os.path.join(folder, "site_slug.py"), "w", encoding="utf-8") as file:
        file.write(SLUG)


main()
