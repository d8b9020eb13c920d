from __future__ import annotations

import pytest

from bot.config import ConfigProblems, load_config
from bot.config.rules import outreach_of
from bot.dialogs.published import Published
from tests.config.conftest import Written

SLACK = 'kind = "slack"\nbot_token = "xoxb-1"\n'
X = """kind = "x"
api_key = "apikey0123456789"
api_secret = "apisecret0123456789"
access_token = "1001-accesstoken0123456789"
access_secret = "accesssecret0123456789"
"""
TELEGRAM = 'kind = "telegram"\ntoken = "1:abc"\n'


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        (f"[channels.a]\n{TELEGRAM}[channels.b]\n{TELEGRAM}", "line 10: [channels.b] token is also the token of [channels.a]"),
        (f"[channels.a]\n{TELEGRAM}[staff.channels.b]\n{TELEGRAM}", "line 10: [staff.channels.b] token is also the token of [channels.a]"),
        (
            f'[channels.a]\nkind = "webchat"\n[staff.channels.a]\n{TELEGRAM}',
            "line 7: [staff.channels.a] has the name of [channels.a]; give it another, such as a_staff",
        ),
        (f'[channels.a]\n{TELEGRAM}mode = "webhook"', "line 5: [channels.a] webhook_secret is compulsory"),
        (
            f'[channels.a]\n{TELEGRAM}mode = "webhook"\nwebhook_secret = "0123456789abcdef"',
            '[server] public_url is missing, and [channels.a] has mode = "webhook"',
        ),
        (f"[channels.a]\n{SLACK}", "[channels.a] app_token is compulsory"),
        (f'[channels.a]\n{SLACK}mode = "http"', "[channels.a] signing_secret is compulsory"),
        (
            f'[staff.channels.a]\n{SLACK}mode = "http"\nsigning_secret = "00112233445566778899aabbccddeeff"',
            '[server] public_url is missing, and [staff.channels.a] has mode = "http"; write where Slack shall post to',
        ),
        (
            f'[channels.a]\n{SLACK}app_token = "xapp-1"\n[staff.channels.b]\n{SLACK}app_token = "xapp-2"',
            "[staff.channels.b] bot_token is also the token of [channels.a]; every account needs an app of its own",
        ),
        (f"[channels.a]\n{X}[channels.b]\n{X}", "[channels.b] access_token is also the token of [channels.a]; one account is listened to"),
        (
            f'[channels.a]\n{X}mode = "webhook"',
            '[server] public_url is missing, and [channels.a] has mode = "webhook"; write where X shall post to, or mode = "polling"',
        ),
        ('[server]\nhost = "0.0.0.0"\n[console]\nsign_in = "none"', 'line 8: [console] sign_in = "none" would open the desk'),
        (
            '[[ask]]\ntouchpoint = "a"\nsurvey = "x"\n[[ask]]\ntouchpoint = "a"\nsurvey = "x"',
            'line 8: [ask] asks "x" after "a" a second time',
        ),
        (
            f'[channels.a]\n{TELEGRAM}[policy]\nfallback = ["a", "b"]',
            "is no account of customers; choose among a",
        ),
    ],
)
def test_settings_that_contradict_each_other_are_refused(written: Written, lines: str, text: str) -> None:
    with pytest.raises(ConfigProblems) as raised:
        load_config(written(lines))
    assert text in str(raised.value)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_the_desk_may_be_open_where_only_this_machine_reaches_it(written: Written, host: str) -> None:
    config = load_config(written(f'[server]\nhost = "{host}"\n[console]\nsign_in = "none"'))
    assert config.console.sign_in == "none"


def test_a_webhook_with_its_secret_and_address_is_taken(written: Written) -> None:
    webhook = f'{TELEGRAM}mode = "webhook"\nwebhook_secret = "0123456789abcdef"\n'
    config = load_config(written(f'[channels.a]\n{webhook}[server]\npublic_url = "https://feedback.shop.example/"'))
    assert config.server.address == "https://feedback.shop.example"


def test_what_would_be_sent_is_looked_at_without_the_accounts_that_speak_in_public_alone(written: Written) -> None:
    """As what sends does: an address on one of them is no way to ask somebody something."""
    accounts = '[channels.sky]\nkind = "bluesky"\nhandle = "northlight.example"\napp_password = "abcd-efgh-ijkl-mnop"\n'
    config = load_config(written(f'{accounts}[channels.chat]\nkind = "webchat"\n'))
    assert outreach_of(config, Published()).accounts == ("chat",)
