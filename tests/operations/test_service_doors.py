"""Health, version, catalogue, problem pages and documentation: what they say, and to whom."""

import hashlib
import json
from pathlib import Path

import pytest

from gateway.api.docs import SCALAR
from gateway.api.problems import STATUS
from gateway.messages import read_words


def test_the_process_is_alive_and_ready(gateway):
    """200 each; the checks are told when asked for."""
    assert {"status": "alive"} == gateway.get("/livez").json()
    assert {"status": "ready"} == gateway.get("/readyz").json()
    checks = gateway.get("/readyz?verbose").json()["checks"]
    assert ["database", "shared-store", "changes", "signing-keys"] == [check["name"] for check in checks]
    assert all(check["is_ready"] for check in checks)


def test_the_version_is_told(gateway):
    """Name, version and API."""
    assert {"name", "version", "api"} == gateway.get("/version").json().keys()


def test_partners_and_datasets_are_listed_without_a_token(gateway):
    """The catalogue says who offers what, under which conditions."""
    partners = gateway.get("/v1/partners").json()["data"]
    assert ["jakarta", "sumedang"] == [partner["id"] for partner in partners]
    for partner in partners:
        datasets = gateway.get(partner["datasets"]).json()["data"]
        assert {"facility", "indicator", "service", "service-request"} == {it["resource"] for it in datasets}
        assert all(it["contract_version"] and it["title"]["id"] for it in datasets)
    assert {"agreement", "open"} == {it["access"] for it in gateway.get("/v1/partners/jakarta/datasets").json()["data"]}


def test_the_catalogue_is_304_when_unchanged(gateway):
    """Its ETag holds until the next start."""
    etag = gateway.get("/v1/partners").headers["etag"]
    assert 304 == gateway.get("/v1/partners", headers={"If-None-Match": f'W/"x", {etag}'}).status_code
    assert 200 == gateway.get("/v1/partners", headers={"If-None-Match": '"x"'}).status_code


def test_a_partner_that_is_none_is_not_found(gateway):
    """404 as a problem."""
    answer = gateway.get("/v1/partners/bandung/datasets")
    assert (404, "not-found") == (answer.status_code, answer.json()["code"])


@pytest.mark.parametrize("code", sorted(code.value for code in STATUS))
def test_every_problem_has_a_page_in_both_languages(gateway, code):
    """HTML with the right language, and JSON with the same words."""
    for language in ("id", "en"):
        page = gateway.get(f"/problems/{code}?lang={language}", headers={"Accept": "text/html"})
        data = gateway.get(f"/problems/{code}", headers={"Accept-Language": language}).json()
        assert (200, language) == (page.status_code, page.headers["content-language"])
        assert f'<html lang="{language}">' in page.text
        assert data["meaning"]
        assert data["remedy"]
        assert data["title"] in page.text.replace("&#39;", "'")


def test_a_problem_that_is_none_is_not_found(gateway):
    """404; the index lists those that are."""
    assert 404 == gateway.get("/problems/no-such-thing").status_code
    listed = {problem["code"] for problem in gateway.get("/problems").json()["data"]}
    assert {code.value for code in STATUS} == listed


def test_problem_pages_ask_for_nothing_from_elsewhere(gateway):
    """No script, no address of another host, and a policy that would forbid both."""
    page = gateway.get("/problems", headers={"Accept": "text/html"})
    assert "<script" not in page.text
    assert "//" not in page.text.replace("<!doctype html>", "")
    assert "default-src 'none'" in page.headers["content-security-policy"]


def test_every_code_has_words_in_both_languages():
    """Title, detail, page and remedy; the same parameters in both."""
    words = read_words()
    for language, spoken in words.items():
        assert {code.value for code in STATUS} == spoken.problems.keys(), language
        assert all(it.title and it.detail and it.page and it.remedy for it in spoken.problems.values())
    first, second = words.values()
    assert first.phrases.keys() == second.phrases.keys()
    for code in first.problems:
        names = [{name for it in spoken.problems[code].detail for name in it.names} for spoken in (first, second)]
        assert names[0] == names[1], code


def test_every_answer_forbids_sniffing_framing_and_keeping(gateway):
    """The security headers stand on success, problem and not-found alike."""
    for path in ("/livez", "/v1/facilities", "/nothing"):
        headers = gateway.get(path).headers
        assert "nosniff" == headers["x-content-type-options"]
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert "no-store" == headers["cache-control"]
        assert "no-referrer" == headers["referrer-policy"]
        assert "strict-transport-security" not in headers  # plain HTTP on loopback


@pytest.mark.parametrize("path", ["/v1/partners", "/v1/facilities", "/readyz", "/openapi.json"])
def test_other_methods_are_405_with_allow(gateway, path):
    """405 as a problem, and OPTIONS says the same."""
    answer = gateway.http.request("PATCH", gateway.url + path)
    options = gateway.http.options(gateway.url + path)
    assert (405, "method-not-allowed") == (answer.status_code, answer.json()["code"])
    assert "GET, HEAD, OPTIONS" == answer.headers["allow"] == options.headers["allow"]
    assert 204 == options.status_code


def test_the_vendored_script_is_the_one_that_the_notice_names():
    """Version and digest of Scalar stand beside it."""
    notice = (SCALAR.parent / "NOTICE").read_text(encoding="utf-8")
    assert hashlib.sha256(SCALAR.read_bytes()).hexdigest() in notice


def test_the_description_names_every_route(gateway):
    """What can be asked is described, and the other way round."""
    for url, skipped in ((gateway.url, {"/docs"}), (gateway.admin_url, {"/docs"})):
        described = gateway.http.get(f"{url}/openapi.json").json()["paths"]
        assert described
        for path in described:
            answer = gateway.http.options(url + path.replace("{", "").replace("}", ""))
            assert 204 == answer.status_code, path
        assert not skipped & described.keys()


def test_examples_of_the_description_fit_their_schemas(gateway):
    """Every example of an answer is valid against the schema beside it."""
    import jsonschema_rs

    for url in (gateway.url, gateway.admin_url):
        document = gateway.http.get(f"{url}/openapi.json").json()
        checked = 0
        for operations in document["paths"].values():
            for operation in operations.values():
                contents = [it.get("content", {}) for it in operation["responses"].values()]
                contents.append(operation.get("requestBody", {}).get("content", {}))
                for media in (media for content in contents for media in content.values()):
                    found = [media["example"]] if "example" in media else []
                    found += [it["value"] for it in media.get("examples", {}).values()]
                    schema = media["schema"] | {"components": document["components"]}
                    for example in found:
                        jsonschema_rs.validator_for(schema).validate(example)
                        checked += 1
        assert checked > 50


def test_the_documentation_page_comes_whole_from_here(gateway):
    """The page and its scripts are served, packed where the browser takes it."""
    page = gateway.get("/docs")
    assert (200, "text/html; charset=utf-8") == (page.status_code, page.headers["content-type"])
    packed = gateway.get("/docs/scalar.js")
    assert "gzip" == packed.headers["content-encoding"]
    plain = gateway.get("/docs/scalar.js", headers={"Accept-Encoding": "identity"})
    assert packed.content == plain.content
    assert json.dumps("/openapi.json") in gateway.get("/docs/start.js").text
    assert Path(SCALAR).stat().st_size < 2_000_000
