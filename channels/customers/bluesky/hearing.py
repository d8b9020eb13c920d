"""What a notification of Bluesky's means. Pure."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from atproto import models

from channels.contract import Heard, HeardKind, Media, MediaKind

__all__ = ["heard_of", "indexed", "kind_of", "post_of", "update_id"]


def update_id(notification: Any) -> str:
    """The post and when Bluesky took note of it: by this alone one can go on after a restart and reply to the post."""
    return f"{notification.uri} {notification.indexed_at}"


def kind_of(address: str) -> str:
    """How all posts of this person, and so their update ids, begin."""
    return f"at://{address}"


def post_of(update: str) -> str:
    """The address of the post of this update id."""
    return update.partition(" ")[0]


def indexed(update: str) -> datetime:
    """When Bluesky took note of the post of this update id."""
    return datetime.fromisoformat(update.partition(" ")[2]).astimezone(UTC)


def heard_of(notification: Any, account: str, own: str) -> Heard | None:
    """The post as `Heard`, or None where nobody spoke to us. `own` is our DID.

    Bluesky also tells of replies to replies: what others say to each other in a thread of ours is not meant for us.
    """
    post = notification.record
    if not isinstance(post, models.AppBskyFeedPost.Record) or notification.author.did == own:
        return None
    answers_us = post.reply is not None and post.reply.parent.uri.startswith(f"{kind_of(own)}/")
    mentions = _mentions(post, own)
    if not (answers_us or mentions):
        return None
    words, media = _without(post.text, mentions), _media(post.embed, notification.author.did)
    kind = HeardKind.MEDIA if media else HeardKind.TEXT if words else HeardKind.START
    return Heard(
        channel="bluesky",
        account=account,
        address=notification.author.did,
        update_id=update_id(notification),
        kind=kind,
        at=indexed(update_id(notification)),
        text=words,
        media=media,
        message=post.reply.parent.uri if post.reply else "",
        lang=post.langs[0] if post.langs else "",
        name=notification.author.display_name or notification.author.handle,
    )


def _mentions(post: models.AppBskyFeedPost.Record, own: str) -> list[tuple[int, int]]:
    """Where our handle stands, in bytes of UTF-8."""
    return [
        (facet.index.byte_start, facet.index.byte_end)
        for facet in post.facets or ()
        for feature in facet.features
        if isinstance(feature, models.AppBskyRichtextFacet.Mention) and feature.did == own
    ]


def _without(text: str, mentions: list[tuple[int, int]]) -> str:
    """The words without our handle where it only addresses us: at the beginning and at the end."""
    raw, start, end = text.encode(), 0, len(text.encode())
    for first, last in sorted(mentions):
        if not raw[start:first].strip():
            start = max(start, min(last, end))
    for first, last in sorted(mentions, reverse=True):
        if first >= start and not raw[last:end].strip():
            end = first
    return raw[start:end].decode(errors="replace").strip(" \t\n,:")


def _media(embed: Any, author: str) -> Media | None:
    """The first of what is attached, as the blob of its author's: one thing said holds one."""
    match embed:
        case models.AppBskyEmbedRecordWithMedia.Main(media=media):
            return _media(media, author)
        case models.AppBskyEmbedImages.Main(images=[first, *_]):
            return Media(MediaKind.PHOTO, f"{author}/{first.image.cid}", first.image.mime_type, first.image.size)
        case models.AppBskyEmbedVideo.Main(video=video):
            return Media(MediaKind.VIDEO, f"{author}/{video.cid}", video.mime_type, video.size)
    return None
