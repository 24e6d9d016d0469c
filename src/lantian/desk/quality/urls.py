"""Addresses of reviews and findings."""

from django.urls import path

from lantian.desk.quality.views import integrity, review, reviews

app_name = "quality"

urlpatterns = [
    path("review/", review.flagged, name="review"),
    path("review/<str:station>/<str:pollutant>/<str:kind>/<int:hour>/", review.case, name="case"),
    path("reviews/", reviews.listed, name="reviews"),
    path("reviews/<int:number>/decide", reviews.decide, name="decide"),
    path("integrity/", integrity.listed, name="integrity"),
    path("integrity/<int:number>/", integrity.detail, name="finding"),
    path("integrity/<int:number>/answer", integrity.answer, name="answer"),
]
