from django.apps import AppConfig


class SiteConfig(AppConfig):
    """Where the kits are told of one another and of the rooms. Each line of `ready` is one such telling."""

    name = "qsms.site"
    label = "site"

    def ready(self) -> None:
        from qsms.ui import context

        from . import menu

        context.provide(
            menu=menu.menu, person=menu.person, inbox=menu.inbox, links=menu.links, organisation=menu.organisation
        )
