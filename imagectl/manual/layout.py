"""The layout of help texts: paragraphs stay apart, indented lines stay as they are."""

from __future__ import annotations

from cliff._argparse import SmartHelpFormatter


class HelpFormatter(SmartHelpFormatter):
    """Wraps each paragraph by itself; argparse runs them together."""

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        return "\n\n".join(
            paragraph
            if "\n  " in paragraph or paragraph.startswith("  ")
            else super(HelpFormatter, self)._fill_text(paragraph, width, indent)
            for paragraph in text.split("\n\n")
        )
