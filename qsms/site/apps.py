from django.apps import AppConfig


class SiteConfig(AppConfig):
    """Where the kits are told of one another and of the rooms. Each line of `ready` is one such telling."""

    name = "qsms.site"
    label = "site"

    def ready(self) -> None:
        from qsms.exchange import exports
        from qsms.search import queries
        from qsms.ui import context, lists

        from . import menu

        context.provide(
            menu=menu.menu, person=menu.person, inbox=menu.inbox, links=menu.links, organisation=menu.organisation
        )
        lists.provide_search(queries.in_list)
        exports.provide_search(queries.in_list)
