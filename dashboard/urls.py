from django.urls import path

from dashboard import activity, campaign_plans, data_sets, gold, history, power, reports, views

app_name = "dashboard"
urlpatterns = [
    path("", views.overview, name="overview"),
    path("activity/", activity.activity, name="activity"),
    path("activity.csv", activity.activity_csv, name="activity_csv"),
    path("plan/", power.plan, name="plan"),
    path("plan/<slug:key>/", power.forecast_status, name="forecast_status"),
    path("data-sets/", data_sets.data_sets, name="data_sets"),
    path("data-sets/<slug:slug>/", data_sets.data_set, name="data_set"),
    path("data-sets/<slug:slug>/status/", data_sets.data_set_status, name="data_set_status"),
    path("data-sets/<slug:slug>/retry/", data_sets.data_set_retry, name="data_set_retry"),
    path("data-sets/<slug:slug>/copy/", data_sets.data_set_copy, name="data_set_copy"),
    path("data-sets/<slug:slug>/plan/", campaign_plans.data_set_plan, name="data_set_plan"),
    path("campaigns/new/", views.campaign_new, name="campaign_new"),
    path("campaigns/<slug:slug>/", views.campaign, name="campaign"),
    path("campaigns/<slug:slug>/activity/", activity.campaign_activity, name="campaign_activity"),
    path("campaigns/<slug:slug>/status/", views.campaign_status, name="campaign_status"),
    path("campaigns/<slug:slug>/invitations/", views.invite, name="invite"),
    path(
        "campaigns/<slug:slug>/invitations/<int:invitation_id>/revoke/",
        views.revoke_invitation,
        name="revoke_invitation",
    ),
    path("campaigns/<slug:slug>/tasks/", views.gallery, name="gallery"),
    path("campaigns/<slug:slug>/gold/", gold.gold, name="gold"),
    path("campaigns/<slug:slug>/gold/add/", gold.add, name="gold_add"),
    path("campaigns/<slug:slug>/gold/<int:gold_id>/withdraw/", gold.withdraw, name="gold_withdraw"),
    path("campaigns/<slug:slug>/consensus/", history.history, name="history"),
    path("campaigns/<slug:slug>/consensus/compare/", history.compare, name="compare"),
    path("campaigns/<slug:slug>/reports/", reports.reports, name="reports"),
    path("campaigns/<slug:slug>/reports/seen/", reports.see_reports, name="see_reports"),
    path("campaigns/<slug:slug>/reports.csv", reports.reports_csv, name="reports_csv"),
    path("campaigns/<slug:slug>/workers/", views.workers_table, name="workers"),
    path("campaigns/<slug:slug>/workers/<int:worker_id>/", views.worker, name="worker"),
    path(
        "campaigns/<slug:slug>/workers/<int:worker_id>/status/",
        views.worker_status,
        name="worker_status",
    ),
    path("tasks/<int:task_id>/", views.task, name="task"),
]
