"""Errors as GeoReport has them: a list of code and description, made of the same problems as everywhere else."""

from collections.abc import Mapping
from typing import Any

import msgspec

from gateway.api.open311.formats import Format
from gateway.api.problems import ProblemDocument, Problems
from gateway.api.reply import Reply
from gateway.api.request_facts import RequestFacts
from gateway.errors import BadRequest, BadRequestCode
from gateway.messages import Language, Words

PREFIX = "/open311/"
_PROBLEM = msgspec.json.Decoder(ProblemDocument)
_NOT_OURS = frozenset({b"content-type"})


def status_of(status: int) -> int:
    """GeoReport knows 400 for what cannot be answered, and no finer one."""
    return 400 if status == 422 else status


class GeoReportErrors:
    """Answers errors of the Open311 door."""

    def __init__(self, problems: Problems, *, words: Mapping[Language, Words]) -> None:
        self._problems = problems
        self._words = words

    def reply(self, error: Exception, *, facts: RequestFacts, path: str) -> Reply:
        """The error in the format that the path ends with, JSON unless said; its stable code begins the description."""
        problem = self._problems.reply(error, facts=facts, path=path)
        document = _PROBLEM.decode(problem.body)
        texts = [f"{document.code}: {document.title}.", document.detail]
        if isinstance(error, BadRequest) and error.code is BadRequestCode.METHOD_NOT_ALLOWED:
            texts.append(self._words[facts.language].phrases["open311_reads_only"])
        body: list[Any] = [{"code": document.status, "description": " ".join(filter(None, texts))}]
        form = Format.XML if path.endswith(".xml") else Format.JSON
        headers = [pair for pair in problem.headers if pair[0] not in _NOT_OURS]
        headers.append((b"content-type", form.media_type.encode()))
        return Reply(status_of(document.status), headers, form.write("errors", body))
