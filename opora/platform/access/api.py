"""Tokens for programs, and who I am."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from ninja import Status
from pydantic import Field

from opora.platform.access import operations, queries
from opora.platform.access.permissions import AccessPermission
from opora.platform.permissions import SIGNED_IN
from opora.platform.rest.cursors import USUAL
from opora.platform.rest.doors import Door, caller
from opora.platform.rest.pages import page_of
from opora.platform.rest.schemas import Cursor, FilledLine, Id, Input, Limit, Moment, Output, Page

router = Door(tags=["Access"])


class Me(Output):
    id: int
    username: str
    name: str
    permissions: list[str] = Field(description="What this token or session may do")
    sees_everything: bool
    branches: list[int]
    groups_seen: list[int]
    groups_edited: list[int]


class TokenToIssue(Input):
    name: FilledLine = Field(max_length=100, examples=["billing exchange"])
    permissions: list[FilledLine] = Field(
        max_length=200, description="Not more than the user holds", examples=[["cases.see"]]
    )
    expires_at: Moment
    user_id: Id | None = Field(None, description="Whose token; yourself if left out")


class Token(Output):
    id: int
    user_id: int
    name: str
    permissions: list[str]
    expires_at: datetime
    revoked_at: datetime | None
    last_used_at: datetime | None


class IssuedToken(Token):
    secret: str = Field(description="Shown once; not kept")


@router.get("/me", permission=SIGNED_IN, response=Me, summary="Who I am")
def get_me(request: HttpRequest) -> Me:
    """Answer who the token or session belongs to, what he may do and whose data he sees."""
    user = caller(request)
    return Me(
        id=user.pk,
        username=user.username,
        name=user.get_full_name() or user.username,
        permissions=sorted(user.permissions),
        sees_everything=user.scope.everything,
        branches=user.branches,
        groups_seen=user.groups_seen,
        groups_edited=user.groups_edited,
    )


@router.get("/tokens", permission=AccessPermission.ISSUE_TOKEN, response=Page[Token], summary="List tokens")
def list_tokens(request: HttpRequest, cursor: Cursor = "", limit: Limit = USUAL) -> Page[Token]:
    """List your tokens, the newest first; who manages access sees everybody's."""
    tokens = queries.tokens()
    if not caller(request).holds(AccessPermission.MANAGE):
        tokens = tokens.filter(user_id=caller(request).pk)
    return page_of(request, Token, tokens, by=["-pk"], cursor=cursor, limit=limit)


@router.post(
    "/tokens",
    permission=AccessPermission.ISSUE_TOKEN,
    response={201: IssuedToken},
    secret=True,
    summary="Issue a token",
)
def issue_token(request: HttpRequest, payload: TokenToIssue) -> Status[IssuedToken]:
    """Make a key for a program. The secret is shown once."""
    by = caller(request)
    token, secret = operations.issue_token(
        user_id=payload.user_id or by.pk,
        name=payload.name,
        permissions=payload.permissions,
        expires_at=payload.expires_at,
        by=by,
    )
    return Status(201, IssuedToken(**Token.from_orm(token).dict(), secret=secret))


@router.delete(
    "/tokens/{int:token_id}", permission=AccessPermission.ISSUE_TOKEN, response={204: None}, summary="Revoke a token"
)
def revoke_token(request: HttpRequest, token_id: Id) -> HttpResponse:
    """Close the token at once. Revoking twice is harmless."""
    operations.revoke_token(token_id=token_id, by=caller(request))
    return HttpResponse(status=204)
