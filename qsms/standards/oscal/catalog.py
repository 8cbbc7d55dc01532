"""The parts of an OSCAL catalog that a framework needs: groups, controls, parameters, parts, and where it comes from.

Markup is Markdown, as in the JSON and YAML serialisations. Fields stand in the order of the XML schema.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from .fields import attribute, blocks, line, lines, many, one, text, texts


@dataclass(frozen=True)
class Property:
    name: str = attribute("name", required=True)
    uuid: str = attribute("uuid")
    ns: str = attribute("ns")
    value: str = attribute("value", required=True)
    kind: str = attribute("class")
    group: str = attribute("group")
    remarks: str = blocks("remarks")


@dataclass(frozen=True)
class Link:
    href: str = attribute("href", required=True)
    rel: str = attribute("rel")
    media_type: str = attribute("media-type")
    fragment: str = attribute("resource-fragment")
    text: str = line("text")


@dataclass(frozen=True)
class Guideline:
    prose: str = blocks("prose", unwrapped=True)


@dataclass(frozen=True)
class Constraint:
    description: str = blocks("description")


@dataclass(frozen=True)
class Selection:
    how_many: str = attribute("how-many")
    choices: tuple[str, ...] = lines("choice", "choice")


@dataclass(frozen=True)
class Parameter:
    id: str = attribute("id", required=True)
    kind: str = attribute("class")
    props: tuple[Property, ...] = many("props", "prop", Property)
    links: tuple[Link, ...] = many("links", "link", Link)
    label: str = line("label")
    usage: str = blocks("usage")
    constraints: tuple[Constraint, ...] = many("constraints", "constraint", Constraint)
    guidelines: tuple[Guideline, ...] = many("guidelines", "guideline", Guideline)
    values: tuple[str, ...] = texts("values", "value")
    select: Selection | None = field(default=None, metadata=one("select", Selection))
    remarks: str = blocks("remarks")


@dataclass(frozen=True)
class Part:
    id: str = attribute("id")
    name: str = attribute("name", required=True)
    ns: str = attribute("ns")
    kind: str = attribute("class")
    title: str = line("title")
    props: tuple[Property, ...] = many("props", "prop", Property)
    prose: str = blocks("prose", unwrapped=True)
    parts: tuple[Part, ...] = many("parts", "part")
    links: tuple[Link, ...] = many("links", "link", Link)


@dataclass(frozen=True)
class Control:
    id: str = attribute("id", required=True)
    kind: str = attribute("class")
    title: str = line("title", required=True)
    params: tuple[Parameter, ...] = many("params", "param", Parameter)
    props: tuple[Property, ...] = many("props", "prop", Property)
    links: tuple[Link, ...] = many("links", "link", Link)
    parts: tuple[Part, ...] = many("parts", "part", Part)
    controls: tuple[Control, ...] = many("controls", "control")

    def walk(self) -> Iterator[Control]:
        """The control and those within it."""
        yield self
        for each in self.controls:
            yield from each.walk()


@dataclass(frozen=True)
class Group:
    id: str = attribute("id")
    kind: str = attribute("class")
    title: str = line("title", required=True)
    params: tuple[Parameter, ...] = many("params", "param", Parameter)
    props: tuple[Property, ...] = many("props", "prop", Property)
    links: tuple[Link, ...] = many("links", "link", Link)
    parts: tuple[Part, ...] = many("parts", "part", Part)
    groups: tuple[Group, ...] = many("groups", "group")
    controls: tuple[Control, ...] = many("controls", "control", Control)

    def walk(self) -> Iterator[Group]:
        """The group and those within it."""
        yield self
        for each in self.groups:
            yield from each.walk()


@dataclass(frozen=True)
class Citation:
    text: str = line("text", required=True)
    props: tuple[Property, ...] = many("props", "prop", Property)
    links: tuple[Link, ...] = many("links", "link", Link)


@dataclass(frozen=True)
class ResourceLink:
    href: str = attribute("href", required=True)
    media_type: str = attribute("media-type")


@dataclass(frozen=True)
class Resource:
    uuid: str = attribute("uuid", required=True)
    title: str = line("title")
    description: str = blocks("description")
    props: tuple[Property, ...] = many("props", "prop", Property)
    citation: Citation | None = field(default=None, metadata=one("citation", Citation))
    rlinks: tuple[ResourceLink, ...] = many("rlinks", "rlink", ResourceLink)
    remarks: str = blocks("remarks")


@dataclass(frozen=True)
class BackMatter:
    resources: tuple[Resource, ...] = many("resources", "resource", Resource)


@dataclass(frozen=True)
class Metadata:
    title: str = line("title", required=True)
    published: str = text("published")
    last_modified: str = text("last-modified", required=True)
    version: str = text("version", required=True)
    oscal_version: str = text("oscal-version", required=True)
    props: tuple[Property, ...] = many("props", "prop", Property)
    links: tuple[Link, ...] = many("links", "link", Link)
    remarks: str = blocks("remarks")


@dataclass(frozen=True)
class Catalog:
    uuid: str = attribute("uuid", required=True)
    metadata: Metadata | None = field(default=None, metadata=one("metadata", Metadata))
    params: tuple[Parameter, ...] = many("params", "param", Parameter)
    controls: tuple[Control, ...] = many("controls", "control", Control)
    groups: tuple[Group, ...] = many("groups", "group", Group)
    back_matter: BackMatter | None = field(default=None, metadata=one("back-matter", BackMatter))

    def all_groups(self) -> Iterator[Group]:
        """Every group, also those within others."""
        for each in self.groups:
            yield from each.walk()

    def all_controls(self) -> Iterator[Control]:
        """Every control, enhancements within others counted too."""
        tops = [*self.controls, *(control for group in self.all_groups() for control in group.controls)]
        for top in tops:
            yield from top.walk()

    def all_params(self) -> Iterator[Parameter]:
        """Every parameter, wherever it is defined."""
        yield from self.params
        for group in self.all_groups():
            yield from group.params
        for control in self.all_controls():
            yield from control.params
