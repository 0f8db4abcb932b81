"""The pages that `benchmarks/pages.py` asks for, of the largest campaigns and the
busiest worker."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse

from crowd.models import AuditEntry, Campaign, Enrolment, Task

BOX, VERIFY = "box-aves", "verify-aves"
DATA_SET = "inat2017"


@dataclass(frozen=True, slots=True)
class Page:
    """What is asked for, and by whom."""

    name: str
    address: str
    role: str = "organizer"


@dataclass(frozen=True, slots=True)
class Campaigns:
    """The addresses of one campaign's pages, with what is needed to go deep into them."""

    campaign: Campaign

    @property
    def pages(self) -> list[Page]:
        return [*self._overall(), *self._people(), *self._photos(), *self._decisions()]

    def _overall(self) -> list[Page]:
        return [
            self._page("summary", "campaign"),
            self._page("live figures", "campaign_figures"),
            self._page("quality", "quality"),
            self._page("taxa", "campaign_taxa"),
            self._page("agreement", "agreement"),
            self._page("clone", "campaign_clone"),
            self._page("instructions", "instructions"),
            self._page("activity", "campaign_activity"),
            self._page("versions", "history"),
            self._page("versions 4 and 5", "compare", old=4, new=5),
            self._page("versions 1 and now", "compare", old=1, new="now"),
        ]

    def _people(self) -> list[Page]:
        places = Enrolment.objects.filter(campaign=self.campaign)
        busiest = places.order_by("-n_claimed")[0].worker_id
        return [
            self._page("workers", "workers"),
            self._page("workers by skill", "workers", sort="skill", order="asc"),
            self._page("workers, last page", "workers", page=9),
            self._page("busiest worker", "worker", busiest),
            self._page("busiest worker, answers left out", "worker_merging", busiest),
        ]

    def _photos(self) -> list[Page]:
        worker = Enrolment.objects.filter(campaign=self.campaign).order_by("-n_claimed")[0].worker
        taxon = Task.objects.filter(campaign=self.campaign)[0].image.taxon_id
        return [
            self._page("photos", "gallery"),
            self._page("photos, page 99", "gallery", page=99),
            self._page("photos, last page", "gallery", page=99999),
            self._page("photos, disputed", "gallery", state="disputed"),
            self._page("photos, retired, page 50", "gallery", state="retired", page=50),
            self._page("photos of a worker", "gallery", worker=worker.pk),
            self._page("photos of a taxon", "gallery", taxon=taxon),
            self._page("gold", "gold"),
            self._page("gold, page 2", "gold", page=2),
        ]

    def _decisions(self) -> list[Page]:
        tasks = Task.objects.filter(campaign=self.campaign).order_by("-position")
        disputed = tasks.filter(state="disputed")[0].pk
        retired = tasks.filter(state="retired", is_adjudicated=False)[0].pk
        reported = {"order": "most", "show": "all"}
        return [
            self._page("decide", "adjudicate"),
            *(
                self._page(f"decide, {show}", "adjudicate", show=show)
                for show in ("disputed", "reported", "risk", "decided")
            ),
            self._page("decide, one", "adjudicate", task=disputed),
            self._page("decide, a finished one", "adjudicate", task=retired),
            *self._edit(disputed),
            self._page("reports", "reports"),
            self._page("reports, seen", "reports", show="seen", reason="unusable"),
            self._page("reports, most", "reports", **reported),
            self._page("reports, deep", "reports", **reported, after="1-100000"),
            self._page("reports.csv", "reports_csv"),
            *(
                Page(
                    f"photo, {task.state}: {self.campaign.kind}",
                    reverse("dashboard:task", args=[task.pk]),
                )
                for task in self._examples()
            ),
        ]

    def _edit(self, task_id: int) -> list[Page]:
        is_box = self.campaign.kind == Campaign.Kind.BOX
        return [self._page("decide, editor", "adjudicate_edit", task_id)] if is_box else []

    def _examples(self) -> list[Task]:
        """A task of each state, and one that an organizer has settled."""
        tasks = Task.objects.filter(campaign=self.campaign, n_answers__gt=0).order_by("-risk")
        gold = Task.objects.filter(campaign=self.campaign, state="gold")[:1]
        found = [tasks.filter(state=state)[0] for state in ("disputed", "retired", "open")]
        return [*found, *gold]

    def _photo(self, task: Task) -> Page:
        address = reverse("dashboard:task", args=[task.pk])
        return Page(f"photo, {task.state}: {self.campaign.kind}", address)

    def _page(self, name: str, route: str, *arguments: int, **query: object) -> Page:
        address = reverse(f"dashboard:{route}", args=[self.campaign.slug, *arguments])
        said = f"?{urlencode(query)}" if query else ""
        return Page(f"{name}: {self.campaign.kind}", address + said)


def pages() -> list[Page]:
    """All of them; the floor, an empty page, first."""
    of_campaigns = [
        page for slug in (BOX, VERIFY) for page in Campaigns(Campaign.objects.get(slug=slug)).pages
    ]
    return [
        Page("nothing (healthz)", reverse("crowd:healthz")),
        *_site(),
        *_data_set(),
        *of_campaigns,
        *_workers_own(),
    ]


def _site() -> list[Page]:
    deep = AuditEntry.objects.order_by("at", "id")[100].pk
    return [
        Page("overview", reverse("dashboard:overview")),
        Page("overview, archive", reverse("dashboard:overview") + "?archived"),
        Page("agreement of all", reverse("dashboard:agreements")),
        Page("super-classes", reverse("dashboard:super_classes")),
        Page("activity", reverse("dashboard:activity")),
        Page("activity, filtered", reverse("dashboard:activity") + "?who=nobody&what=invite"),
        Page("activity, of a day", reverse("dashboard:activity") + "?since=2000-01-01"),
        Page("activity, the oldest", reverse("dashboard:activity") + f"?after={deep}"),
        Page("activity.csv", reverse("dashboard:activity_csv")),
        Page("plan", reverse("dashboard:plan")),
        Page("new campaign", reverse("dashboard:campaign_new")),
        Page("data sets", reverse("dashboard:data_sets")),
        Page("releases", reverse("exports:releases_page")),
    ]


def _data_set() -> list[Page]:
    routes = {
        "data set": "dashboard:data_set",
        "data set, live": "dashboard:data_set_status",
        "data set, plan": "dashboard:data_set_plan",
        "statistics": "exports:statistics",
        "statistics.json": "exports:statistics_json",
        "releases (API)": "exports:releases",
    }
    return [Page(name, reverse(route, args=[DATA_SET])) for name, route in routes.items()]


def _workers_own() -> list[Page]:
    routes = {
        "home": ("crowd:home", []),
        "my work": ("crowd:my_work", []),
        "my work, in sentences": ("crowd:own_summary", ["box"]),
        "account": ("crowd:account", []),
        "box": ("annotate:task", [BOX]),
        "verify": ("verify:task", [VERIFY]),
    }
    return [
        Page(f"a worker's {name}", reverse(route, args=arguments), "worker")
        for name, (route, arguments) in routes.items()
    ]
