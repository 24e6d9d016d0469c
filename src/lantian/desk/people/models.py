"""Rows of organisations, people, posts and appointments."""

from django.conf import settings
from django.db import models

from lantian.desk.language import both
from lantian.desk.privacy.encrypted import EncryptedTextField
from lantian.desk.register.row import Row


class Organisation(Row):
    """A headquarters, leading group, department, township, company, neighbour or superior.

    `place` is where it sits and, but for a company, what it answers for; `subject` is the
    work that it leads, empty for all.
    """

    code = models.CharField(max_length=32, unique=True)
    kind = models.CharField(max_length=16)
    name_zh = models.CharField(max_length=100)
    name_en = models.CharField(max_length=160, blank=True)
    short_zh = models.CharField(max_length=32, blank=True)
    place = models.ForeignKey("places.Place", models.PROTECT, related_name="organisations")
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")
    subject = models.CharField(max_length=16, blank=True)
    credit_code = models.CharField(max_length=18, blank=True)
    address = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = both("机构", "organisation")

    def __str__(self) -> str:
        """Return the name."""
        return self.name_zh


class Person(Row):
    """Somebody with a part in the work; `account` is how that person signs in."""

    code = models.CharField(max_length=32, unique=True)
    name_zh = models.CharField(max_length=60)
    name_en = models.CharField(max_length=100, blank=True)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="people")
    email = models.EmailField(blank=True)
    phone = EncryptedTextField(blank=True, default="")
    id_number = EncryptedTextField(blank=True, default="")
    account = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="person"
    )

    class Meta:
        verbose_name = both("人员", "person")

    def __str__(self) -> str:
        """Return the name."""
        return self.name_zh


class Post(Row):
    """A position of an organisation: what its holder may do, where, for which subjects."""

    code = models.CharField(max_length=32, unique=True)
    title_zh = models.CharField(max_length=60)
    title_en = models.CharField(max_length=100, blank=True)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="posts")
    role = models.CharField(max_length=32)
    place = models.ForeignKey("places.Place", models.PROTECT, related_name="posts")
    subjects = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = both("岗位", "post")

    def __str__(self) -> str:
        """Return the title."""
        return self.title_zh


class Appointment(Row):
    """A person in a post, over days; it gives the person's account the post's role."""

    post = models.ForeignKey(Post, models.PROTECT, related_name="appointments")
    person = models.ForeignKey(Person, models.PROTECT, related_name="appointments")
    code = models.CharField(max_length=80, unique=True)

    class Meta:
        verbose_name = both("任职", "appointment")

    def __str__(self) -> str:
        """Return its code."""
        return self.code
