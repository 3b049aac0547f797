"""What a user of the demonstration can try: addresses, logins, and lines to paste in a second terminal."""

import msgspec

from gateway.demo.installation import Installation
from gateway.demo.life_events.seed import CIVIL_REGISTRATION
from gateway.demo.samples import read_json_sample
from gateway.demo.seed import PURPOSE

_TOKEN = r"""sed 's/.*"access_token": *"\([^"]*\)".*/\1/'"""
_CASE = r"""sed 's/.*"caseid": *"\([^"]*\)".*/\1/'"""


def invitation(installation: Installation) -> str:
    """What to try next: addresses, a login, and a line to paste in a second terminal."""
    client = installation.seeded.clients["jakarta"]
    admin = installation.seeded.clients["admin"]
    return f"""
API and documentation   {installation.url}/docs
problem pages           {installation.url}/problems
administration          {installation.admin_url}/docs
settings                {installation.config}
waiting for approval    {installation.seeded.waiting}

client of Jakarta       {client.client_id}  secret {client.secret}
administrator           {admin.client_id}  secret {admin.secret}

Paste in a second terminal, to ask both regions for facilities:

{curl_line(installation)}

To tell of a birth as Sumedang's hospital does, and look at its case two seconds later:

{birth_lines(installation)}

Ctrl-C stops everything and leaves nothing behind."""


def curl_line(installation: Installation) -> str:
    """A token, and an exchange with it; needs curl and sed only."""
    client = installation.seeded.clients["jakarta"]
    form = f"-d grant_type=client_credentials -d scope=facilities:read -d purpose={PURPOSE}"
    question = f"'{installation.url}/v1/facilities?partner=jakarta,sumedang&limit=5'"
    return (
        f"TOKEN=$(curl -s -u '{client.client_id}:{client.secret}' {form} {installation.url}/oauth/token | {_TOKEN})"
        f' && curl -s -H "Authorization: Bearer $TOKEN" {question}'
    )


def birth_lines(installation: Installation) -> str:
    """A birth in the hospital's own words, and its case; needs curl and sed only."""
    client = installation.offices["sumedang"].hospital
    form = f"-d grant_type=client_credentials -d purpose={CIVIL_REGISTRATION}"
    sample = read_json_sample("sumedang", "hospital-births", name="event.json") | {"id_lahir": "KLH-$NO"}
    event = {
        "specversion": "1.0",
        "id": "KLH-$NO",
        "source": "/sumedang/hospital-births",
        "type": "birth",
        "data": sample,
    }
    body = msgspec.json.encode(event).decode().replace("$NO", "'$NO'")
    bearer = '-H "Authorization: Bearer $BIRTHS"'
    return (
        f"BIRTHS=$(curl -s -u '{client.client_id}:{client.secret}' {form} {installation.url}/oauth/token | {_TOKEN})\n"
        f'NO=$(date +%s); CASE=$(curl -s {bearer} -H "Content-Type: application/cloudevents+json"'
        f" -d '{body}' {installation.url}/v1/events | {_CASE})\n"
        f"sleep 2; curl -s {bearer} {installation.url}/v1/cases/$CASE"
    )
