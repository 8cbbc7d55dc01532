from django.urls import URLPattern, URLResolver, include, path

from qsms.site.administration.roles import own_rights
from qsms.site.words import show_words

from . import taking_out

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/", include("qsms.api.urls")),
    path("", include("qsms.exchange.urls")),
    path("", include("qsms.ui.urls")),
    path("", include("qsms.publish.urls")),
    path("risk/", include("qsms.risk.urls")),
    path("documents/", include("qsms.documents.urls")),
    path("standards/", include("qsms.standards.urls")),
    path("training/", include("qsms.training.urls")),
    path("", include("qsms.reports.urls")),
    path("news/", include("qsms.notify.urls")),
    path("", include("qsms.site.accounts.urls")),
    path("account/rights/", own_rights, name="own-rights"),
    path("help/", show_words, name="help"),
    path("administration/", include("qsms.site.administration.urls")),
    path("", include("qsms.search.urls")),
    path("search/export/", taking_out.search_results, name="search-export"),
    path("work/export/", taking_out.work, name="work-export"),
    path("overview/", include("qsms.overview.urls")),
    path("impact/", include("qsms.impact.urls")),
]
