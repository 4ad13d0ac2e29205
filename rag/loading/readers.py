"""The table of readers, one a format, and the one place where what they raise becomes a reason."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from rag.errors import LoadError
from rag.loading.delimited import read_csv
from rag.loading.docx import read_docx
from rag.loading.epub import read_epub
from rag.loading.extract import Extract
from rag.loading.html import read_html
from rag.loading.limits import MEMORY_BYTES, megabytes
from rag.loading.mail import read_mail, read_saved_page
from rag.loading.markdown import read_markdown
from rag.loading.notebook import read_notebook
from rag.loading.odt import read_fodt, read_odt
from rag.loading.pdf import read_pdf
from rag.loading.pptx import read_pptx
from rag.loading.quality import doubt
from rag.loading.rtf import read_rtf
from rag.loading.spreadsheets import read_fods, read_ods, read_xlsx
from rag.loading.subtitles import read_subtitles
from rag.loading.symbols import told_unknown
from rag.loading.text import read_text

READERS: dict[str, Callable[[bytes], Extract]] = {
    "csv": read_csv,
    "docx": read_docx,
    "epub": read_epub,
    "fods": read_fods,
    "fodt": read_fodt,
    "html": read_html,
    "mail": read_mail,
    "markdown": read_markdown,
    "mhtml": read_saved_page,
    "notebook": read_notebook,
    "odp": read_odt,
    "ods": read_ods,
    "odt": read_odt,
    "pdf": read_pdf,
    "pptx": read_pptx,
    "rtf": read_rtf,
    "subtitles": read_subtitles,
    "text": read_text,
    "xlsx": read_xlsx,
}
"""The reader of each format that holds one document. It loads the libraries that it needs, and raises
`LoadError` where the file is encrypted, truncated, damaged, too large or empty."""


def read_as(kind: str, data: bytes) -> Extract:
    """Return the text of a document of a known format.

    Raises:
        LoadError: it cannot be read; whatever else a reader raises is told as a fault of the file.
    """
    try:
        extract = READERS[kind](data)
        warnings = (*extract.warnings, *told_unknown(extract.text))
        return replace(extract, doubt=extract.doubt or doubt(extract, kind), warnings=warnings)
    except LoadError:
        raise
    except RecursionError as error:
        raise LoadError("nested too deep to read; save it anew, or as text") from error
    except MemoryError as error:
        raise LoadError(f"too large: reading it takes more than {megabytes(MEMORY_BYTES)}; split it") from error
    except Exception as error:  # a reader of foreign formats may raise anything, and no file may stop the others
        found = " ".join(f"{type(error).__name__}: {error}".split())[:200]
        raise LoadError(f"damaged, or more than its reader knows ({found}); save it anew, or as text") from error
