"""Rules that a linter does not know, checked on syntax trees.

Each rule takes a module and yields what is wrong in it. They read what is written, not what runs:
they catch a slip, not somebody who wants to get round them.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

REPOSITORY = Path(__file__).parents[2]
# folium compiles what these are given as a Jinja template, or writes it into a script.
FOLIUM_SINKS = frozenset(
    {
        "CustomIcon",
        "DivIcon",
        "GeoJsonPopup",
        "GeoJsonTooltip",
        "Html",
        "IFrame",
        "JsCode",
        "Popup",
        "Tooltip",
        "VegaLite",
    }
)
# Anything that takes text and hands it to the browser as HTML.
RAW_HTML = frozenset({"html", "iframe", "markdown", "write", "write_stream", "latex", "table"})
# Streamlit reads the text of these as markdown, which loads pictures from anywhere.
READS_MARKDOWN = frozenset(
    {
        *("Page", "badge", "button", "caption", "checkbox", "color_picker", "date_input"),
        *("dialog", "download_button", "error", "expander", "feedback", "file_uploader"),
        *("form_submit_button", "header", "info", "link_button", "metric", "multiselect"),
        *("number_input", "page_link", "pills", "popover", "progress", "radio"),
        *("segmented_control", "select_slider", "selectbox", "slider", "spinner", "status"),
        *("subheader", "success", "tabs", "text_area", "text_input", "time_input", "title"),
        *("toast", "toggle", "warning"),
    }
)
# ... and of these the options too, each as a label.
OPTIONS_ARE_LABELS = frozenset({"pills", "radio", "segmented_control", "select_slider"})
# In these the first argument is no text but a page, a file or a number.
FIRST_IS_NO_TEXT = frozenset({"Page", "page_link", "progress"})
LABELS = frozenset({"body", "caption", "help", "label", "placeholder", "text", "title"})
# plain() escapes whatever markdown would read; a browser test holds it to that
OURS = frozenset({"say", "explain", "plain"})
# Blanks that hold what others wrote; such a sentence goes through st.text.
OTHERS_WORDS = frozenset({"actor", "city", "label", "name", "names", "organization", "place"})
MAY_PRINT = frozenset({"mapping/__main__.py", "mapping/atlas_page.py"})
STYLE_SHEETS = "mapping/pages/_shared.py"

Finding = tuple[int, str]
Rule = Callable[["Module"], Iterator[Finding]]


@dataclass(frozen=True)
class Module:
    """A module of ours: its path in the repository, with slashes, and its syntax tree."""

    path: str
    tree: ast.Module

    @classmethod
    def of(cls, path: str, source: str) -> Module:
        """Read a source."""
        return cls(path, ast.parse(source))

    @property
    def is_page(self) -> bool:
        """Whether it draws on the desk."""
        return PurePosixPath(self.path).is_relative_to("mapping/pages")

    @property
    def is_library(self) -> bool:
        """Whether it is computed, drawn or kept with it: everything that ships."""
        return self.path.startswith(("layers/", "mapping/"))

    def calls(self) -> Iterator[ast.Call]:
        """Give every call."""
        return (node for node in ast.walk(self.tree) if isinstance(node, ast.Call))


def last_name(node: ast.expr) -> str:
    """Give ``c`` for ``a.b.c`` and for ``c``."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def full_name(node: ast.expr) -> str:
    """Give ``a.b.c`` as it is written."""
    if isinstance(node, ast.Attribute):
        return f"{full_name(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def imports(module: Module) -> Iterator[tuple[int, str]]:
    """Give every imported module with its line."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.lineno, node.module
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


# --- rules -------------------------------------------------------------------------------------


def folium_only_in_maps(module: Module) -> Iterator[Finding]:
    """One module imports folium, so that one module has to keep text out of it."""
    if module.path == "mapping/maps.py":
        return
    for line, name in imports(module):
        if name.split(".")[0] in {"folium", "branca"}:
            yield line, f"imports {name}; only mapping/maps.py may"


def no_text_into_folium(module: Module) -> Iterator[Finding]:
    """Popups and their like run what they are given; ids, codes and numbers need none."""
    for node in ast.walk(module.tree):
        # altair's Tooltip only names a column
        if (
            isinstance(node, ast.Attribute | ast.Name)
            and last_name(node) in FOLIUM_SINKS
            and not full_name(node).startswith("alt.")
        ):
            yield node.lineno, f"uses {last_name(node)}, into which text would go"
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                if alias.name in FOLIUM_SINKS | {"Element"}:
                    yield node.lineno, f"imports {alias.name}, into which text would go"
        if isinstance(node, ast.Attribute) and full_name(node).endswith("element.Element"):
            yield node.lineno, "uses branca's Element, which compiles its text as a template"
    for call in module.calls():
        if isinstance(call.func, ast.Attribute) and call.func.attr == "explore":
            yield call.lineno, "calls .explore(), which puts a table's text into a map"


def no_raw_html(module: Module) -> Iterator[Finding]:
    """The desk shows text as text; one static style sheet is the exception."""
    for call in module.calls():
        if any(keyword.arg == "unsafe_allow_html" for keyword in call.keywords):
            yield call.lineno, "uses unsafe_allow_html"
        name = full_name(call.func)
        if "components.v1" in name or name.endswith("components.html"):
            yield call.lineno, f"calls {name}, a page inside the page"
        if not module.is_page or not isinstance(call.func, ast.Attribute):
            continue
        if call.func.attr not in RAW_HTML:
            continue
        if not (name == "st.html" and module.path == STYLE_SHEETS and _is_style_sheet(call)):
            yield call.lineno, f"calls {name}, which reads markup; use st.text or st.dataframe"


def _is_style_sheet(call: ast.Call) -> bool:
    """Tell whether st.html is given ``HERE / "name.css"``, a file of ours, and nothing more."""
    match call.args:
        case [ast.BinOp(left=ast.Name(id="HERE"), op=ast.Div(), right=ast.Constant(value=str(x)))]:
            return x.endswith(".css") and not call.keywords
    return False


def only_words_as_labels(module: Module) -> Iterator[Finding]:
    """What Streamlit reads as markdown is a sentence of ours, from the words."""
    if not module.is_page:
        return
    for function, call in _calls_with_function(module.tree):
        name = last_name(call.func)
        if not _shows_text(call):
            continue
        for label in _labels(call, name):
            if name == "text" or (name == "head" and label is not _keyword(call, "title")):
                if _is_literal(label):
                    yield label.lineno, "shows a literal; sentences come from the words"
            elif not _is_ours(label, function, module):
                yield label.lineno, f"{name}() reads markdown: give it say(...), text to st.text"
        if name in OPTIONS_ARE_LABELS and not _options_are_ours(call, function, module):
            yield call.lineno, f"{name}() reads its options as markdown: format_func must say them"


def _shows_text(call: ast.Call) -> bool:
    """Tell whether a call is one of Streamlit's, or of our frame's, that shows text."""
    name, whole = last_name(call.func), full_name(call.func)
    if name in {"head", "link"} or whole.startswith("_"):  # _question.title() only makes words
        return whole in {"_shared.head", "_shared.link"}
    return name in READS_MARKDOWN | {"text"}


def _keyword(call: ast.Call, name: str) -> ast.expr | None:
    return next((keyword.value for keyword in call.keywords if keyword.arg == name), None)


def _labels(call: ast.Call, name: str) -> Iterator[ast.expr]:
    if name == "tabs":
        first = call.args[0] if call.args else None
        yield from (
            first.elts if isinstance(first, ast.List | ast.Tuple) else [first] if first else []
        )
    elif name == "link":
        yield from call.args[1:2]
    elif call.args and name not in FIRST_IS_NO_TEXT:
        yield call.args[0]
    for keyword in call.keywords:
        if keyword.arg in LABELS or (name == "head" and keyword.arg in {"answer", "note"}):
            yield keyword.value


def _is_literal(node: ast.expr) -> bool:
    parts = node.values if isinstance(node, ast.JoinedStr) else [node]
    return any(
        isinstance(part, ast.Constant)
        and isinstance(part.value, str)
        and any(map(str.isalpha, part.value))
        for part in parts
    )


def _is_ours(  # noqa: C901, PLR0911  one return for each form that an expression has
    node: ast.expr, function: ast.AST | None, module: Module
) -> bool:
    match node:
        case ast.Constant():
            return not _is_literal(node)
        case ast.Call():
            others = {keyword.arg for keyword in node.keywords} & OTHERS_WORDS
            if last_name(node.func) in OURS:
                return not others
            return _says_only(node.func, module)
        case ast.IfExp(body=one, orelse=other):
            return all(_is_ours(part, function, module) for part in (one, other))
        case ast.BoolOp(values=parts) | ast.List(elts=parts) | ast.Tuple(elts=parts):
            return all(_is_ours(part, function, module) for part in parts)
        case ast.BinOp(left=one, right=other):
            return all(_is_ours(part, function, module) for part in (one, other))
        case ast.JoinedStr(values=parts):
            return all(_is_ours(part, function, module) for part in parts)
        case ast.FormattedValue(value=inner, format_spec=spec):
            return _is_number_format(spec) or _is_ours(inner, function, module)
        case ast.ListComp(elt=inner) | ast.GeneratorExp(elt=inner) | ast.Starred(value=inner):
            return _is_ours(inner, function, module)
        case ast.Name(id=name):
            return _is_always_ours(name, function, module)
    return False


def _is_number_format(spec: ast.expr | None) -> bool:
    """``{share:.0%}`` and ``{count:,}`` raise for text, so a number it is."""
    match spec:
        case ast.JoinedStr(values=[ast.Constant(value=str(text))]):
            return text[-1:] in "%,dfg" and text != ""
    return False


def _is_always_ours(name: str, function: ast.AST | None, module: Module) -> bool:
    """Follow a name to all that is assigned to it in its function."""
    if function is None:
        return False
    if isinstance(function, ast.FunctionDef | ast.Lambda):
        of = function.args
        if name in {one.arg for one in (*of.posonlyargs, *of.args, *of.kwonlyargs)}:
            # The frame's own parameters: whoever calls it is checked there.
            return module.path == STYLE_SHEETS
    values = [
        node.value
        for node in ast.walk(function)
        if isinstance(node, ast.Assign | ast.AnnAssign)
        and node.value is not None
        and name
        in {
            last_name(target)
            for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        }
    ]
    return bool(values) and all(_is_ours(value, function, module) for value in values)


def _options_are_ours(call: ast.Call, function: ast.AST | None, module: Module) -> bool:
    shown = _keyword(call, "format_func")
    if isinstance(shown, ast.Lambda):
        return _is_ours(shown.body, shown, module)
    if shown is not None:
        return last_name(shown) in OURS or _says_only(shown, module)
    options = call.args[1] if len(call.args) > 1 else _keyword(call, "options")
    match options:
        case ast.Call(func=ast.Name(id="range")):
            return True
        case ast.List(elts=parts) | ast.Tuple(elts=parts):
            return all(
                _is_ours(part, function, module)
                or (isinstance(part, ast.Constant) and isinstance(part.value, int | float))
                for part in parts
            )
    return options is not None and _is_ours(options, function, module)


def _says_only(function: ast.expr, module: Module) -> bool:
    """Follow a function, of this module or of one that pages share, to all that it gives."""
    match function:
        case ast.Name(id=name):
            there = module
        case ast.Attribute(value=ast.Name(id=shared), attr=name) if shared.startswith("_"):
            path = f"mapping/pages/{shared}.py"
            if not (REPOSITORY / path).is_file():
                return False
            there = Module.of(path, (REPOSITORY / path).read_text("utf-8"))
        case _:
            return False
    for one in ast.walk(there.tree):
        if isinstance(one, ast.FunctionDef) and one.name == name:
            given = [node.value for node in ast.walk(one) if isinstance(node, ast.Return)]
            return bool(given) and all(
                value is not None and _is_ours(value, one, there) for value in given
            )
    return False


def _calls_with_function(tree: ast.AST) -> Iterator[tuple[ast.AST | None, ast.Call]]:
    """Give every call with the function it stands in, the innermost that is no lambda."""

    def walk(node: ast.AST, function: ast.AST | None) -> Iterator[tuple[ast.AST | None, ast.Call]]:
        inside = node if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) else function
        if isinstance(node, ast.Call):
            yield function, node
        for child in ast.iter_child_nodes(node):
            yield from walk(child, inside)

    return walk(tree, None)


def no_print(module: Module) -> Iterator[Finding]:
    """A library is quiet; the command line writes."""
    if not module.is_library or module.path in MAY_PRINT:
        return
    for call in module.calls():
        if isinstance(call.func, ast.Name) and call.func.id == "print":
            yield call.lineno, "prints; only the command line does"


def one_clock(module: Module) -> Iterator[Finding]:
    """A test or a drill chooses the day, so one module asks for it."""
    if not module.is_library or module.path == "layers/clock.py":
        return
    for call in module.calls():
        name = full_name(call.func)
        if name.endswith(("date.today", "datetime.now", "datetime.utcnow")):
            yield call.lineno, f"calls {name}; ask layers.clock"


def nothing_that_runs_text(module: Module) -> Iterator[Finding]:
    """Data is read, never run: no eval, no pickle."""
    for call in module.calls():
        if isinstance(call.func, ast.Name) and call.func.id in {"eval", "exec", "__import__"}:
            yield call.lineno, f"calls {call.func.id}"
    for line, name in imports(module):
        if name.split(".")[0] in {"pickle", "shelve", "marshal", "joblib", "dill"}:
            yield line, f"imports {name}, which runs what it reads"


def pages_stay_apart(module: Module) -> Iterator[Finding]:
    """Pages share what begins with an underscore, and know nothing of each other."""
    if not module.is_page or module.path == "mapping/pages/navigation.py":
        return
    for line, name in imports(module):
        parts = name.split(".")
        if parts[:2] == ["mapping", "pages"] and len(parts) > 2 and not parts[2].startswith("_"):
            yield line, f"imports {name}, another page"


RULES: tuple[Rule, ...] = (
    folium_only_in_maps,
    no_text_into_folium,
    no_raw_html,
    only_words_as_labels,
    no_print,
    one_clock,
    nothing_that_runs_text,
    pages_stay_apart,
)


def findings(module: Module) -> list[str]:
    """Give all that is wrong in a module, one line each."""
    return [f"{module.path}:{line}: {text}" for rule in RULES for line, text in rule(module)]
