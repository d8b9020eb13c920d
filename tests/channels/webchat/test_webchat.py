"""The web chat's page and its posts, over a real socket, as a browser without a script uses them."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest

from channels.contract import Choice, HeardKind, Link, MediaKind, Say
from channels.customers.webchat import Line
from tests.channels.webchat.shop import ChatShop
from tests.patience import caller
from tests.serving import serving

JPEG = b"\xff\xd8\xff\xe0" + b"a small photo" * 20

SCRIPTED = {"X-Chat": "1"}
"""Posted by the page's script: answered at once, without waiting for a reply to show."""


@pytest.fixture
def shop() -> ChatShop:
    return ChatShop()


@pytest.fixture
async def browser(shop: ChatShop) -> AsyncIterator[httpx.AsyncClient]:
    async with serving(shop.app()) as url, new_browser(url) as client:
        yield client


def new_browser(url: str) -> httpx.AsyncClient:
    """Somebody's browser: it keeps cookies and names its page's origin with every post."""
    return caller(url, headers={"Origin": url.rstrip("/")}, follow_redirects=True)


async def begun(browser: httpx.AsyncClient) -> str:
    await browser.get("/chat")
    return (await browser.post("/chat/start", data={"token": ""})).text


async def test_opening_the_page_says_nothing_until_the_visitor_starts(shop: ChatShop, browser: httpx.AsyncClient) -> None:
    page = await browser.get("/chat")
    assert page.status_code == 200
    assert 'action="/chat/start"' in page.text
    assert shop.heard == []
    started = await browser.post("/chat/start", data={"token": ""})
    assert [heard.kind for heard in shop.heard] == [HeardKind.START]
    assert "How satisfied are you" in started.text


@pytest.mark.proves("deep link", "webchat")
async def test_an_invitation_link_starts_with_its_token_once_however_often_it_is_opened(shop: ChatShop, browser: httpx.AsyncClient) -> None:
    token = "Zk3_aTokenNobodyGuess-"
    for _ in range(3):
        page = await browser.get(f"/chat/{token}")
        assert f'name="token" value="{token}"' in page.text
        await browser.post("/chat/start", data={"token": token}, headers=SCRIPTED)
    assert [(heard.kind, heard.token) for heard in shop.heard] == [(HeardKind.START, token)]


async def test_a_comment_card_may_be_filled_in_again_and_tells_its_place(shop: ChatShop, browser: httpx.AsyncClient) -> None:
    for address, token in (("comment", "comment"), ("comment/TILL3", "comment-TILL3"), ("comment/TILL3", "comment-TILL3")):
        page = await browser.get(f"/chat/{address}")
        assert f'name="token" value="{token}"' in page.text
        once = page.text.partition('name="once" value="')[2].partition('"')[0]
        for _ in range(2):
            await browser.post("/chat/start", data={"token": token, "once": once}, headers=SCRIPTED)
    assert [heard.token for heard in shop.heard] == ["comment", "comment-TILL3", "comment-TILL3"]
    assert (await browser.get("/chat/comment/TILL%203")).status_code == 404


async def test_a_link_cut_short_gets_a_kind_page_in_the_visitors_language(shop: ChatShop, browser: httpx.AsyncClient) -> None:
    page = await browser.get("/chat/Zk3", headers={"Accept-Language": "sv-SE,sv;q=0.9,en;q=0.5"})
    assert page.status_code == 404
    assert "Vi känner inte igen länken" in page.text
    assert 'href="/chat"' in page.text
    assert shop.heard == []


@pytest.mark.proves("duplicated", "webchat")
async def test_a_double_click_is_one_event(shop: ChatShop, browser: httpx.AsyncClient) -> None:
    once = re.search(r'action="/chat/choose".*?name="once" value="([^"]+)"', await begun(browser), re.DOTALL)
    assert once
    click = {"once": once[1], "choice": "q.hello.4"}
    pages = await asyncio.gather(browser.post("/chat/choose", data=click), browser.post("/chat/choose", data=click))
    assert [page.status_code for page in pages] == [200, 200]
    assert [heard.choice for heard in shop.heard if heard.kind is HeardKind.CHOICE] == ["q.hello.4"]
    assert "✓ 4" in pages[0].text


async def test_changing_ones_mind_on_the_same_page_is_two_events(shop: ChatShop, browser: httpx.AsyncClient) -> None:
    await begun(browser)
    shop.silent = True
    for choice in ("q.hello.4", "q.hello.5"):
        await browser.post("/chat/choose", data={"once": "the-same-page", "choice": choice}, headers=SCRIPTED)
    assert [heard.choice for heard in shop.heard[1:]] == ["q.hello.4", "q.hello.5"]


async def test_the_conversation_is_there_after_a_reload_and_nobody_else_sees_it(shop: ChatShop, browser: httpx.AsyncClient) -> None:
    await begun(browser)
    await browser.post("/chat/say", data={"once": "first-words", "text": "The box was wet.\r\nAgain."})
    again = (await browser.get("/chat")).text
    assert again.index("How satisfied") < again.index("The box was wet.\nAgain.") < again.index("I heard:")
    async with new_browser(str(browser.base_url)) as stranger:
        assert "The box was wet" not in (await stranger.get("/chat")).text


@pytest.mark.proves("restart", "webchat")
async def test_a_restarted_server_knows_its_visitors(shop: ChatShop, browser: httpx.AsyncClient) -> None:
    await begun(browser)
    restarted = ChatShop()
    restarted.lines = shop.lines
    async with serving(restarted.app()) as url:
        browser.base_url = httpx.URL(url)
        assert "How satisfied" in (await browser.get("/chat")).text


async def test_a_forged_cookie_opens_a_new_conversation_not_somebody_elses(shop: ChatShop, browser: httpx.AsyncClient) -> None:
    await begun(browser)
    held = browser.cookies["makegood_chat"]
    signed = held.rpartition(".")[2]
    async with new_browser(str(browser.base_url)) as forger:
        for forged in (held[:-3] + "abc", f"{held.partition('.')[0]}.", f"WyJhIiwiZW4iXQ.{signed}", "x" * 3000):
            forger.cookies.set("makegood_chat", forged)
            assert "How satisfied" not in (await forger.get("/chat")).text
            forger.cookies.clear()


async def test_a_post_from_another_sites_page_is_refused(shop: ChatShop, browser: httpx.AsyncClient) -> None:
    await begun(browser)
    for origin in ("https://evil.example", "null", "http://127.0.0.1", f"{browser.base_url}.evil.example"):
        answer = await browser.post("/chat/say", data={"once": "from-afar", "text": "hello"}, headers={"Origin": origin})
        assert answer.status_code == 401, origin
        assert "nothing was sent" in answer.text
    del browser.headers["Origin"]
    hidden = await browser.post("/chat/say", data={"once": "from-afar", "text": "hello"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert hidden.status_code == 401
    assert len(shop.heard) == 1


async def test_a_post_without_the_cookie_is_refused_and_says_what_to_do(shop: ChatShop, browser: httpx.AsyncClient) -> None:
    answer = await browser.post("/chat/say", data={"once": "no-cookie", "text": "hello"})
    assert answer.status_code == 403
    assert "allow cookies" in answer.text
    assert shop.heard == []


async def test_what_was_said_is_shown_as_words_and_never_run(shop: ChatShop, browser: httpx.AsyncClient) -> None:
    await begun(browser)
    attack = '<script>alert(1)</script><img src=x onerror="alert(2)">'
    page = await browser.post("/chat/say", data={"once": "an-attack", "text": attack})
    say = Say(
        attack,
        (Choice("a", '"><b>bold</b>'),),
        link=Link("here", "javascript:alert(3)"),
        picture=" java\nscript:alert(4)",
        key='k" onclick="x',
    )
    await shop.say(shop.address, say)
    page = await browser.get("/chat")
    for raw in ("<script>alert", "<img src=x", "<b>bold", "javascript:", "script:alert(4)", 'onclick="x'):
        assert raw not in page.text, raw
    assert "&lt;script&gt;alert(1)" in page.text
    policy = page.headers["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert not re.search(r"<script(?![^>]* src=)|<style| on\w+=", page.text.replace("onerror=&#34;", ""))


async def test_a_photo_is_kept_told_and_shown_to_its_owner_alone(shop: ChatShop, browser: httpx.AsyncClient) -> None:
    await begun(browser)
    page = await browser.post("/chat/photo", data={"once": "a-picture"}, files={"photo": ("x.exe", JPEG, "text/html")})
    heard = shop.heard[-1]
    assert heard.media and (heard.media.kind, heard.media.mime, heard.media.size) == (MediaKind.PHOTO, "image/jpeg", len(JPEG))
    address = f"/chat/photo/{heard.media.ref}"
    assert f'src="{address}"' in page.text
    picture = await browser.get(address)
    assert (picture.content, picture.headers["content-type"]) == (JPEG, "image/jpeg")
    async with new_browser(str(browser.base_url)) as stranger:
        await stranger.get("/chat")
        assert (await stranger.get(address)).status_code == 404


@pytest.mark.parametrize(
    ("path", "data", "status", "words"),
    [
        ("/chat/say", {"once": "too-long-text", "text": "x" * 4001}, 413, "4,000 characters"),
        ("/chat/say", {"once": "empty-text", "text": " \r\n "}, 400, "nothing to send"),
        ("/chat/say", {"once": "short", "text": "hello"}, 400, "Something was missing"),
        ("/chat/say", {"once": "huge-text", "text": "x" * 100_000}, 413, "too large"),
        ("/chat/choose", {"once": "long-choice", "choice": "q" * 61}, 400, "Something was missing"),
        ("/chat/choose", {"once": "no-choice"}, 400, "Something was missing"),
        ("/chat/start", {"token": "../../etc"}, 400, "Something was missing"),
        ("/chat/photo", {"once": "no-photo"}, 400, "nothing to send"),
    ],
)
async def test_what_cannot_be_taken_is_answered_in_plain_words(
    shop: ChatShop, browser: httpx.AsyncClient, path: str, data: dict[str, str], status: int, words: str
) -> None:
    await begun(browser)
    answer = await browser.post(path, data=data)
    assert (answer.status_code, words in answer.text) == (status, True), answer.text
    assert len(shop.heard) == 1


async def test_a_file_that_is_no_picture_or_too_large_is_refused_without_being_kept(shop: ChatShop, browser: httpx.AsyncClient) -> None:
    await begun(browser)
    no_picture = await browser.post("/chat/photo", data={"once": "no-picture"}, files={"photo": ("a.jpg", b"MZ\x90\x00", "image/jpeg")})
    assert (no_picture.status_code, "JPEG, PNG" in no_picture.text) == (415, True)
    large = JPEG[:4] + bytes(10 * 1024 * 1024)
    too_large = await browser.post("/chat/photo", data={"once": "too-large"}, files={"photo": ("a.jpg", large, "image/jpeg")})
    assert (too_large.status_code, "too large" in too_large.text) == (413, True)
    assert shop.photos == {}


async def test_a_body_that_hides_its_length_is_cut_off(shop: ChatShop, browser: httpx.AsyncClient) -> None:
    await begun(browser)

    async def endless() -> AsyncIterator[bytes]:
        yield b"once=streamed-text&text="
        for _ in range(200):
            yield b"x" * 1024

    form = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = await browser.post("/chat/say", content=endless(), headers=form)
    assert answer.status_code == 413


@pytest.mark.proves("flood control", "webchat")
async def test_a_flood_from_one_conversation_is_slowed_and_another_one_is_not(shop: ChatShop, browser: httpx.AsyncClient) -> None:
    await begun(browser)
    shop.silent = True
    for number in range(29):
        answer = await browser.post("/chat/say", data={"once": f"flood-{number:04}", "text": "again"}, headers=SCRIPTED)
        assert answer.status_code == 204
    flood = await browser.post("/chat/say", data={"once": "one-too-many", "text": "again"}, headers=SCRIPTED)
    assert (flood.status_code, flood.json()["trouble"].startswith("That was a lot")) == (429, True)
    async with new_browser(str(browser.base_url)) as other:
        await other.get("/chat")
        assert (await other.post("/chat/start", data={"token": ""}, headers=SCRIPTED)).status_code == 204


async def test_what_could_not_be_kept_is_not_said_to_be_taken(
    shop: ChatShop, browser: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    await begun(browser)
    shop.failing = True
    words = {"once": "kept-at-last", "text": "The box was wet"}
    answer = await browser.post("/chat/say", data=words)
    assert (answer.status_code, "send it again" in answer.text) == (503, True)
    assert "why=RuntimeError" in caplog.text
    assert "RuntimeError: the database is away" not in caplog.text  # what an error says may quote the visitor
    shop.failing = False
    await browser.post("/chat/say", data=words)
    assert [heard.text for heard in shop.heard[1:]] == ["The box was wet"]


@pytest.mark.proves("edit", "webchat")
async def test_an_edit_takes_the_place_of_what_it_replaces(shop: ChatShop, browser: httpx.AsyncClient) -> None:
    await begun(browser)
    await shop.say(shop.address, Say("And this?", key="second"))
    await shop.say(shop.address, Say("How satisfied are you?\n\n✓ 5", edits="q.hello"))
    await shop.say(shop.address, Say("An edit of nothing", edits="unknown"))
    page = (await browser.get("/chat")).text
    assert page.index("✓ 5") < page.index("And this?")
    assert "/chat/choose" not in page
    assert "An edit of nothing" not in page


async def test_the_page_speaks_the_visitors_language_and_remembers_a_choice(shop: ChatShop, browser: httpx.AsyncClient) -> None:
    page = await browser.get("/chat", headers={"Accept-Language": "de-DE, lv;q=0.8, en;q=0.7"})
    assert '<html lang="lv">' in page.text
    await browser.get("/chat?lang=fr")
    assert '<html lang="fr">' in (await browser.get("/chat", headers={"Accept-Language": "lv"})).text
    await browser.post("/chat/start", data={"token": ""})
    assert shop.heard[0].lang == "fr"


async def test_a_language_the_page_does_not_speak_is_still_told_to_the_bot(shop: ChatShop, browser: httpx.AsyncClient) -> None:
    assert '<html lang="en">' in (await browser.get("/chat", headers={"Accept-Language": "de-DE,de;q=0.9"})).text
    await browser.post("/chat/start", data={"token": ""})
    assert shop.heard[0].lang == "de"


async def test_the_cookie_is_kept_from_scripts_and_from_other_sites(shop: ChatShop, browser: httpx.AsyncClient) -> None:
    cookie = (await browser.get("/chat")).headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "path=/chat" in cookie


async def test_lines_said_long_ago_are_all_on_the_page(shop: ChatShop, browser: httpx.AsyncClient) -> None:
    await begun(browser)
    old = [Line(f"old-{n}", shop.clock.now() - timedelta(days=300 - n), Say(f"line {n} of old")) for n in range(200)]
    shop.lines[shop.address] = old + shop.lines[shop.address]
    page = (await browser.get("/chat")).text
    assert all(f"line {n} of old" in page for n in range(200))
