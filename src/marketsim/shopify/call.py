"""One API request while it is being answered: what resolvers may know of it."""

import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from graphql import GraphQLError, GraphQLResolveInfo

from marketsim.shopify.connections import KeyOf, Page, by_number, page
from marketsim.shopify.search import Field, Search
from marketsim.shopify.shop import Shop
from marketsim.shopify.store import NotAGlobalId

LAG = timedelta(seconds=3)


@dataclass(slots=True, kw_only=True)
class BulkWindow:
    """While a bulk operation reads: which root records, and all of the nested ones."""

    after: str | None
    size: int
    more: bool = False
    end: str | None = None


@dataclass(slots=True, kw_only=True)
class Call:
    """One request of the app.

    Attributes:
        searches: what `extensions.search` will say of the queries.
        settle: what to do once the answer has left, such as ending an idempotency key.
    """

    shop: Shop
    scopes: frozenset[str]
    searches: list[dict[str, Any]] = field(default_factory=list)
    settle: list[Callable[[], None]] = field(default_factory=list)
    window: BulkWindow | None = None

    def may(self, scope: str) -> bool:
        """Whether the token holds a scope; write includes read."""
        return scope in self.scopes or (
            scope.startswith("read_") and f"write_{scope[5:]}" in self.scopes
        )

    def need(self, scope: str, what: str) -> None:
        """Refuse without a scope.

        Raises:
            GraphQLError: ACCESS_DENIED.
        """
        if not self.may(scope):
            raise GraphQLError(
                f"Access denied for {what} field. Required access: `{scope}` access scope.",
                extensions={
                    "code": "ACCESS_DENIED",
                    "documentation": "https://shopify.dev/api/usage/access-scopes",
                    "requiredAccess": f"`{scope}` access scope.",
                },
            )

    def find(self, gid: str, kind: type[Any], what: str) -> Any:
        """The record of a global id, None when it is gone.

        Raises:
            GraphQLError: the id is malformed or of another kind.
        """
        found = self.look_up(gid)
        if found is not None and not isinstance(found, kind):
            raise GraphQLError(
                f"Invalid id: {gid} is not of a {what}",
                extensions={"code": "RESOURCE_NOT_FOUND"},
            )
        return found

    def look_up(self, gid: str) -> object | None:
        """The record of any global id.

        Raises:
            GraphQLError: the id is malformed.
        """
        try:
            return self.shop.store.find(gid)
        except NotAGlobalId:
            raise GraphQLError(
                f"Invalid global id '{gid}'", extensions={"code": "INVALID_VARIABLE"}
            ) from None

    def page(
        self,
        info: GraphQLResolveInfo,
        records: Iterable[Any],
        args: Mapping[str, Any],
        *,
        key_of: KeyOf = by_number,
        fields: Mapping[str, Field] | None = None,
    ) -> Page:
        """The page asked for, searched first when the connection can be searched."""
        if fields is not None and args.get("query"):
            records = self._searched(info, records, args["query"], fields)
        window, nested = self.window, info.path.prev is not None
        if nested and (window is not None or self.tells_whole(args)):
            return page(records, {"reverse": args.get("reverse")}, key_of)
        if window is None:
            return page(records, args, key_of)
        asked = {"first": window.size, "after": window.after}
        found = page(records, asked, key_of, objects_max=sys.maxsize)
        window.more, window.end = found.has_next_page, found.end_cursor
        return found

    def tells_whole(self, args: Mapping[str, Any]) -> bool:
        """Whether a list inside a record comes whole, however long a list was asked for."""
        begun = args.get("after") or args.get("before")
        return not begun and not self.shop.strikes("nested_truncation")

    def gone(self, what: str) -> None:
        """What is deleted reads as null, without an error unless that trap is off.

        Raises:
            GraphQLError: it is off.
        """
        if not self.shop.strikes("deleted_as_null"):
            raise GraphQLError(
                f"The {what} does not exist", extensions={"code": "RESOURCE_NOT_FOUND"}
            )

    def _searched(
        self,
        info: GraphQLResolveInfo,
        records: Iterable[Any],
        query: str,
        fields: Mapping[str, Field],
    ) -> list[Any]:
        shop = self.shop
        search = Search(
            fields,
            cut_times=shop.strikes("date_misparse"),
            pass_unknown=shop.strikes("unknown_filter_ignored"),
        )
        searched = search.read(query)
        if searched.warnings:
            self.searches.append(
                {
                    "path": info.path.as_list(),
                    "query": query,
                    "parsed": searched.parsed,
                    "warnings": searched.warnings,
                }
            )
        found = [record for record in records if searched.test(record)]
        if shop.strikes("search_lags"):
            seen = shop.clock.now() - LAG
            found = [it for it in found if getattr(it, "updated_at", seen) <= seen]
        return found


def call_of(info: GraphQLResolveInfo) -> Call:
    """The request a resolver works for."""
    call: Call = info.context
    return call


def user_error(message: str, *path: str | int, code: str | None = None) -> dict[str, Any]:
    """One row of `userErrors`; a path of indexes and names, written as texts."""
    return {"field": [str(step) for step in path] or None, "message": message, "code": code}
