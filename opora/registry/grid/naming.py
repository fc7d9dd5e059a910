"""Finding an element of a network by what a person writes: an mRID, a name, or a class and a name."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _

from opora.platform.errors import BusinessError
from opora.registry.grid.network import Element, Network

#: Candidates listed in a refusal.
_SHOWN = 20


class ElementUnknown(BusinessError):
    code = "element_unknown"
    status = 404


class ElementAmbiguous(BusinessError):
    code = "element_ambiguous"
    status = 409


class Names:
    """Elements of a network by mRID and by name; the spelling as it stands goes before any other case."""

    def __init__(self, network: Network) -> None:
        self._elements = network.elements
        self._by_mrid = _grouped((_plain(element.mrid), index) for index, element in enumerate(self._elements))
        self._by_name = _grouped((element.name, index) for index, element in enumerate(self._elements))
        self._by_folded = _grouped((element.name.casefold(), index) for index, element in enumerate(self._elements))

    def find(self, text: str) -> int:
        """Find the number of the one element that `text` means: `mRID`, `name`, `Class:name` or `Class:mRID`.

        :raises ElementUnknown: when there is none.
        :raises ElementAmbiguous: when there are several; lists them.
        """
        found = self._candidates(text.strip())
        if not found:
            raise ElementUnknown(_("There is no element “%s” in the network.") % text)
        if len(found) > 1:
            lines = [_("“%(text)s” may be any of %(count)d elements; name one by Class:name or by mRID:")
                     % {"text": text, "count": len(found)}]  # fmt: skip
            lines += [_described(self._elements[index]) for index in found[:_SHOWN]]
            lines += ["  …"] if len(found) > _SHOWN else []
            raise ElementAmbiguous("\n".join(lines))
        return found[0]

    def _candidates(self, text: str) -> Sequence[int]:
        if found := self._named(text):
            return found
        class_name, colon, name = text.partition(":")
        if not colon:
            return ()
        return [index for index in self._named(name) if _is_of(self._elements[index], class_name)]

    def _named(self, text: str) -> Sequence[int]:
        for found in (
            [index for index in self._by_mrid.get(_plain(text), ()) if self._elements[index].mrid == text],
            self._by_mrid.get(_plain(text)),
            self._by_name.get(text),
            self._by_folded.get(text.casefold()),
        ):
            if found:
                return found
        return ()


def _described(element: Element) -> str:
    return f"  {element.class_name or element.kind}:{element.name}  {element.mrid}"


def _is_of(element: Element, class_name: str) -> bool:
    return class_name.strip().casefold() in (element.class_name.casefold(), element.kind.casefold())


def _plain(mrid: str) -> str:
    return mrid.strip().removeprefix("#").removeprefix("urn:uuid:").removeprefix("_").casefold()


def _grouped(pairs: Iterable[tuple[str, int]]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    for key, index in pairs:
        found[key].append(index)
    return found
