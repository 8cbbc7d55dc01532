from django.apps import AppConfig


class SiteConfig(AppConfig):
    """Where the kits are told of one another and of the rooms. Each line of `ready` is one such telling."""

    name = "qsms.site"
    label = "site"

    def ready(self) -> None:
        from qsms.records import listing
        from qsms.search import queries
        from qsms.search import views as search
        from qsms.ui import context, marks, my_work, sheets

        from . import first_steps, living, menu, news, palette  # noqa: F401 - living registers its questions
        from .accounts import sweeping  # noqa: F401 - registers its duty

        context.provide(
            menu=menu.menu, person=menu.person, inbox=menu.inbox, links=menu.links, organisation=menu.organisation
        )
        my_work.stand("first", first_steps.first)
        my_work.stand("beside", news.beside)
        listing.provide_search(queries.in_list)
        search.provide(pages=palette.pages, verbs=palette.verbs, lens=sheets.lens_of, state=marks.standing)
