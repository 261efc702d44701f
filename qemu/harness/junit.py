"""Writes a JUnit report, the one that every CI understands."""

import contextlib
import time
import traceback
import xml.etree.ElementTree as xml


class Report:
    """`with report.case("boots"): …`; a failing case is noted and the next one still runs."""

    def __init__(self, name):
        self.name = name
        self.cases = []

    @property
    def failures(self):
        """The names of what failed."""
        return [name for name, _, problem, _ in self.cases if problem]

    @contextlib.contextmanager
    def case(self, name, essential=False):
        """Runs one case; the failure of an essential one ends the report's cases."""
        started = time.monotonic()
        problem = detail = None
        try:
            yield
        except Exception as error:  # any failure of a case is a result, not a crash
            problem, detail = f"{error}" or type(error).__name__, traceback.format_exc()
        self.cases.append((name, time.monotonic() - started, problem, detail))
        if problem and essential:
            raise EssentialFailure(f"{name}: {problem}")

    def write(self, path):
        """Writes the file."""
        suite = xml.Element("testsuite", name=self.name, tests=str(len(self.cases)),
                            failures=str(len(self.failures)), errors="0", skipped="0",
                            time=f"{sum(case[1] for case in self.cases):.3f}")
        for name, seconds, problem, detail in self.cases:
            case = xml.SubElement(suite, "testcase", classname=self.name, name=name, time=f"{seconds:.3f}")
            if problem:
                xml.SubElement(case, "failure", message=_printable(problem)).text = _printable(detail)
        xml.ElementTree(suite).write(path, encoding="utf-8", xml_declaration=True)


class EssentialFailure(Exception):
    """Without this case the rest has no meaning."""


def _printable(text):
    return "".join(sign if sign.isprintable() or sign in "\n\t" else "?" for sign in text or "")
