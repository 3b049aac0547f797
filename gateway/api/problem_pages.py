"""GET `/problems` and `/problems/{code}`: what each problem means and what to do, for people and for programs."""

from collections.abc import Mapping
from typing import Any

import jinja2
from litestar import get
from litestar.handlers import HTTPRouteHandler

from gateway.api.operation import Answered, Operation, Parameter, Tag
from gateway.api.problems import STATUS
from gateway.api.query_parameters import gathered, invalid, read_pairs
from gateway.api.reply import HTML, HttpRequest, Reply, json_reply
from gateway.api.request_facts import facts_of
from gateway.errors import BadRequest, BadRequestCode
from gateway.messages import Language, Words

_POLICY = (
    b"content-security-policy",
    b"default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
)
_CACHED = (b"cache-control", b"public, max-age=3600")
_VARY = (b"vary", b"accept, accept-language")
_LANG = Parameter("lang", "query", "The language, before `Accept-Language`.", {"type": "string", "enum": ["id", "en"]})
_ENTRY: dict[str, Any] = {
    "type": "object",
    "required": ["code", "status", "title"],
    "properties": {
        "code": {"type": "string"},
        "status": {"type": "integer"},
        "title": {"type": "string"},
        "meaning": {"type": "array", "items": {"type": "string"}},
        "remedy": {"type": "array", "items": {"type": "string"}},
    },
}
_EXAMPLE = {
    "code": "token-expired",
    "status": 401,
    "title": "Token kedaluwarsa",
    "meaning": ["Token akses berlaku beberapa menit."],
    "remedy": ["Ambil token baru sedikit sebelum expires_in berlalu."],
}

INDEX = Operation(
    id="listProblems",
    tag=Tag.SERVICE,
    summary="List the problems",
    description="Every problem the API can answer with. HTML where the caller accepts it, else JSON.",
    answers={
        200: Answered(
            "The problems.",
            {"type": "object", "required": ["data"], "properties": {"data": {"type": "array", "items": _ENTRY}}},
            {"data": [_EXAMPLE]},
            also=("text/html",),
        )
    },
    parameters=(_LANG,),
    problems=(BadRequestCode.PARAMETER_INVALID, BadRequestCode.PARAMETER_UNKNOWN),
)
PAGE = Operation(
    id="showProblem",
    tag=Tag.SERVICE,
    summary="Explain one problem",
    description="What the `type` of a problem document leads to. HTML where the caller accepts it, else JSON.",
    answers={200: Answered("The problem.", _ENTRY, _EXAMPLE, also=("text/html",))},
    parameters=(
        Parameter(
            "code",
            "path",
            "The problem's code.",
            {"type": "string", "pattern": "^[a-z][a-z-]*$"},
            is_required=True,
            example="token-expired",
        ),
        _LANG,
    ),
    problems=(BadRequestCode.NOT_FOUND, BadRequestCode.PARAMETER_INVALID, BadRequestCode.PARAMETER_UNKNOWN),
)


def problem_doors(*, words: Mapping[Language, Words]) -> list[HTTPRouteHandler]:
    """The two doors; the pages are made when first asked for."""
    pages = _Pages(words)

    @get("/problems", opt=INDEX.opt(), name=INDEX.id, sync_to_thread=False)
    def list_problems(request: HttpRequest) -> Reply:
        language, is_html = _wanted(request)
        return pages.index(language, is_html=is_html)

    @get("/problems/{code:str}", opt=PAGE.opt(), name=PAGE.id, sync_to_thread=False)
    def show_problem(request: HttpRequest) -> Reply:
        language, is_html = _wanted(request)
        return pages.page(request.scope["path_params"]["code"], language, is_html=is_html)

    return [list_problems, show_problem]


class _Pages:
    def __init__(self, words: Mapping[Language, Words]) -> None:
        self._words = words
        self._status = {code.value: status for code, status in STATUS.items()}
        self._templates = jinja2.Environment(
            loader=jinja2.PackageLoader("gateway.api", "templates"), autoescape=True, undefined=jinja2.StrictUndefined
        )
        self._kept: dict[tuple[str, Language, bool], Reply] = {}

    def index(self, language: Language, *, is_html: bool) -> Reply:
        """The list of all problems."""
        entries = [self._entry(code, language) for code in sorted(self._status)]
        return self._made("", language, is_html=is_html, document={"data": entries}, template="problems.html")

    def page(self, code: str, language: Language, *, is_html: bool) -> Reply:
        """One problem. Raises `BadRequest` where there is none of that code."""
        if code not in self._status:
            raise BadRequest(BadRequestCode.NOT_FOUND, "no such problem")
        document = self._entry(code, language)
        return self._made(code, language, is_html=is_html, document=document, template="problem.html")

    def _made(self, key: str, language: Language, *, is_html: bool, document: dict[str, Any], template: str) -> Reply:
        kept = self._kept.get((key, language, is_html))
        if kept is None:
            headers = [_VARY, _CACHED, (b"content-language", language.encode())]
            if is_html:
                other = Language.ENGLISH if language is Language.INDONESIAN else Language.INDONESIAN
                phrases = self._words[language].phrases
                text = self._templates.get_template(template).render(
                    document,
                    language=language.value,
                    other=other.value,
                    say=phrases,
                    path=f"/problems/{key}".rstrip("/"),
                )
                kept = Reply(200, [HTML, _POLICY, *headers], text.encode())
            else:
                kept = json_reply(document, *headers)
            self._kept[key, language, is_html] = kept
        return kept

    def _entry(self, code: str, language: Language) -> dict[str, Any]:
        problem = self._words[language].problems[code]
        return {
            "code": code,
            "status": self._status[code],
            "title": problem.title,
            "meaning": problem.page,
            "remedy": problem.remedy,
        }


def _wanted(request: HttpRequest) -> tuple[Language, bool]:
    values = gathered(read_pairs(request.scope["query_string"]), known=("lang",))
    accept = request.headers.get("accept", "")
    is_html = "text/html" in accept
    if "lang" not in values:
        return facts_of(request.scope).language, is_html
    if values["lang"][0] not in set(Language):
        raise invalid("lang", "id or en")
    return Language(values["lang"][0]), is_html
