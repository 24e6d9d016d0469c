"""What only a lake in PostgreSQL meets: addresses, foreign folders, a server gone and back."""

import socket

import numpy as np
import psycopg
import pytest

from lantian.errors import BadSetting, LakeBroken
from lantian.lake import intake
from lantian.lake import postgres as port
from lantian.lake.audit import audit
from lantian.lake.database import URL, OutcomeUnknown
from lantian.lake.enrol import enrol
from lantian.lake.frozen import all_frozen, freeze
from lantian.lake.postgres import IDENTITY
from lantian.lake.store import Lake
from lantian.lake.tables import LAKE
from lantian.terms.mark import MISSING, Source
from postgres import throwaway

pytestmark = pytest.mark.usefixtures("plain_lakes")

H = 430_000
FULL = [8_000, 30_000, 60_000, 35_000, 600, 120_000]
PASSWORD = "Xq7-geheim"  # noqa: S105


@pytest.fixture
def url(postgres, plain_lakes, monkeypatch):
    """An empty database, to which the setting points."""
    made = postgres.create()
    monkeypatch.setenv(URL, made)
    yield made
    postgres.drop(made)


@pytest.fixture
def folder(tmp_path, url):
    """A folder with a new lake."""
    Lake.init(tmp_path / "lake")
    return tmp_path / "lake"


@pytest.fixture
def add(reading):
    def make(lake, hour, name="x", values=FULL):
        given = reading({("A", hour): values})
        return lake.add(given, source=name, sha256=name, layout="", origin=Source.GATE)

    return make


def has(lake, hour):
    return bool((lake.block(["A"], hour, hour + 1) != MISSING).all())


def ask(url, question):
    with psycopg.connect(url, autocommit=True) as connection:
        return connection.execute(question).fetchall()


def test_the_folder_keeps_parts_and_a_name_but_no_tables(folder, url):
    assert {p.name for p in folder.iterdir()} == {"parts", IDENTITY}
    tables = ask(url, "SELECT tablename FROM pg_tables WHERE schemaname = 'lake'")
    assert {("batch",), ("hour",), ("part",), ("meta",)} <= set(tables)
    assert ask(url, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'") == []


def test_text_has_the_order_of_its_code_points(folder, url):
    columns = ask(
        url,
        "SELECT DISTINCT collation_name FROM information_schema.columns "
        "WHERE table_schema = 'lake' AND data_type = 'text'",
    )
    assert columns == [("C",)]


def test_the_size_of_a_file_may_pass_two_gigabytes(folder, url):
    columns = ask(
        url,
        "SELECT table_name, column_name FROM information_schema.columns "
        "WHERE table_schema = 'lake' AND data_type = 'bigint'",
    )
    assert columns == [("part", "size")]


def test_a_lake_is_made_once(folder):
    assert Lake.exists(folder)
    with pytest.raises(LakeBroken, match="a lake already"):
        Lake.init(folder)


def test_before_it_is_made_there_is_none(tmp_path, url):
    assert not Lake.exists(tmp_path)
    with pytest.raises(LakeBroken, match="no lake here"):
        Lake.open(tmp_path)


def test_two_folders_do_not_share_a_database(folder, tmp_path):
    other = tmp_path / "other"
    for attempt in (Lake.init, Lake.open, Lake.exists):
        with pytest.raises(LakeBroken, match="another folder") as caught:
            attempt(other)
        assert str(other) in caught.value.where
    (folder / IDENTITY).unlink()
    with pytest.raises(LakeBroken, match="another folder"):
        Lake.open(folder)


def test_a_making_that_was_cut_short_is_taken_up_again(folder, url):
    name = (folder / IDENTITY).read_text()
    with psycopg.connect(url) as connection:
        connection.execute("DROP SCHEMA lake CASCADE")
    with pytest.raises(LakeBroken, match="no lake here"):
        Lake.open(folder)
    Lake.init(folder)
    assert (folder / IDENTITY).read_text() == name
    Lake.open(folder).__exit__(None, None, None)


def test_a_folder_whose_tables_live_elsewhere_is_refused(folder, tmp_path, monkeypatch):
    other = tmp_path / "other"
    other.mkdir()
    (other / LAKE.file).touch()
    for attempt in (Lake.init, Lake.open):
        with pytest.raises(LakeBroken, match=f"live in {LAKE.file}"):
            attempt(other)
    monkeypatch.delenv(URL)
    for attempt in (Lake.init, Lake.open):
        with pytest.raises(LakeBroken, match="live in PostgreSQL") as caught:
            attempt(folder)
        assert URL in caught.value.fix


def test_a_newer_lake_is_refused(folder, url):
    with psycopg.connect(url) as connection:
        connection.execute("UPDATE lake.meta SET value = '99' WHERE key = 'schema'")
    with pytest.raises(LakeBroken, match="upgrade lantian"):
        Lake.open(folder)


@pytest.mark.parametrize(
    "wrong",
    [
        "mysql://u:{}@localhost/x",
        "{}",
        "postgresql://u:{}@localhost",
        "postgresql://u:{}@localhost:port/x",
        "postgresql://u:{}%zz@localhost/x",
        "postgresql://u:{}@localhost/x?sslmod=require",
    ],
)
def test_a_wrong_address_is_said_without_its_password(tmp_path, monkeypatch, wrong):
    monkeypatch.setenv(URL, wrong.format(PASSWORD))
    for attempt in (Lake.init, Lake.open):
        with pytest.raises(BadSetting, match="no address") as caught:
            attempt(tmp_path / "lake")
        assert caught.value.where == URL
        assert PASSWORD not in str(caught.value)
        assert caught.value.__cause__ is None


def test_an_unreachable_server_is_said_without_its_password(tmp_path, monkeypatch):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        monkeypatch.setenv(URL, f"postgresql://u:{PASSWORD}@127.0.0.1:{port}/county")
        for attempt in (Lake.init, Lake.open):
            with pytest.raises(LakeBroken, match="PostgreSQL is not available") as caught:
                attempt(tmp_path / "lake")
            assert f"postgresql://127.0.0.1:{port}/county" in caught.value.where
            assert URL in caught.value.fix
            assert PASSWORD not in str(caught.value)


def test_a_database_that_is_not_there_is_said(postgres, tmp_path, monkeypatch):
    monkeypatch.setenv(URL, postgres.address("nowhere"))
    with pytest.raises(LakeBroken, match='"nowhere" does not exist'):
        Lake.init(tmp_path)


def test_another_encoding_is_refused(postgres, tmp_path, monkeypatch):
    postgres.run("CREATE DATABASE {} TEMPLATE template0 ENCODING 'SQL_ASCII'", "old_fashioned")
    monkeypatch.setenv(URL, postgres.address("old_fashioned"))
    try:
        with pytest.raises(LakeBroken, match="SQL_ASCII"):
            Lake.init(tmp_path)
        assert not Lake.exists(tmp_path)
    finally:
        postgres.drop(postgres.address("old_fashioned"))


def test_a_user_without_rights_is_told_which(url, postgres, tmp_path, monkeypatch):
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE ROLE visitor LOGIN PASSWORD 'visitor'")
    try:
        start, _, place = url.partition("@")
        monkeypatch.setenv(URL, f"{start.partition('://')[0]}://visitor:visitor@{place}")
        with pytest.raises(LakeBroken, match="may not do this") as caught:
            Lake.init(tmp_path)
        assert "GRANT CREATE" in caught.value.fix
    finally:
        postgres.run("DROP ROLE visitor")


def test_what_a_damaged_file_says_is_kept_with_a_sign_for_nul(folder, reading):
    with Lake.open(folder) as lake:
        with lake.ledger.write():
            lake.ledger.insert(
                "quarantine",
                "batch, file, line, reason, raw",
                [(1, "a\0b.csv", 1, "r", "\0\t\\N\n")],
            )
        with lake.ledger.read() as sql:
            row = sql.execute(
                "SELECT file, raw FROM quarantine WHERE file = ?", ("a\0b.csv",)
            ).fetchone()
    assert row == ("a␀b.csv", "␀\t\\N\n")


def cut(url):
    """End every other connection to the database, as a restart of the server does."""
    ask(
        url,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()",
    )


def test_a_connection_lost_between_transactions_is_made_anew(folder, url, add):
    with Lake.open(folder) as lake:
        add(lake, H)
        cut(url)
        assert has(lake, H)
        cut(url)
        add(lake, H + 1, "y")
        assert lake.sequence == 2


def test_a_connection_lost_within_a_transaction_leaves_nothing(folder, url, add, monkeypatch):
    monkeypatch.setattr(intake, "PART_ROWS", 1)
    with Lake.open(folder) as lake:
        with monkeypatch.context() as patch:
            write = intake.write_part

            def write_and_lose(*given, **more):
                part = write(*given, **more)
                cut(url)
                return part

            patch.setattr(intake, "write_part", write_and_lose)
            with pytest.raises(LakeBroken, match="nothing was stored"):
                add(lake, H)
        assert lake.sequence == 0
        assert list(folder.rglob("*.parquet")) == []
        add(lake, H)
        assert has(lake, H)


def test_within_a_write_a_lost_connection_is_not_made_anew_by_a_read(folder, url, add):
    with Lake.open(folder) as lake:
        with pytest.raises(LakeBroken, match="nothing was stored"), lake.ledger.write() as sql:
            cut(url)
            with pytest.raises(LakeBroken):
                lake.block(["A"], H, H + 1)
            sql.execute("DELETE FROM meta")
        add(lake, H)
        assert has(lake, H)


class Cut:
    """A connection that is lost at the commit, before or after the server has done it."""

    def __init__(self, connection, *, done, meanwhile=lambda: None):
        self._connection = connection
        self._done = done
        self._meanwhile = meanwhile

    def __getattr__(self, name):
        return getattr(self._connection, name)

    def execute(self, statement, *more, **how):
        if not statement.startswith("COMMIT"):
            return self._connection.execute(statement, *more, **how)
        if self._done:
            self._connection.execute(statement)
        self._connection.close()
        self._meanwhile()
        raise psycopg.OperationalError("server closed the connection unexpectedly")


def lose(lake, **how):
    database = lake.ledger._database
    database._connection = Cut(database._connection, **how)


def test_a_commit_whose_answer_was_lost_counts(folder, add, monkeypatch):
    monkeypatch.setattr(intake, "PART_ROWS", 1)
    with Lake.open(folder) as lake:
        lose(lake, done=True)
        assert add(lake, H).batch == 1
        assert has(lake, H)
        assert audit(lake).faults == ()


def test_a_commit_that_was_lost_on_the_way_leaves_nothing(folder, add, monkeypatch):
    monkeypatch.setattr(intake, "PART_ROWS", 1)
    with Lake.open(folder) as lake:
        lose(lake, done=False)
        with pytest.raises(LakeBroken, match="nothing was stored"):
            add(lake, H)
        assert lake.sequence == 0
        assert list(folder.rglob("*.parquet")) == []
        assert add(lake, H).batch == 1


@pytest.fixture
def own(monkeypatch, tmp_path, plain_lakes, postgres):
    """A server that the test may stop and start, and a lake in it."""
    with throwaway() as server:
        monkeypatch.setenv(URL, server.create())
        Lake.init(tmp_path / "lake")
        yield server


@pytest.mark.slow
@pytest.mark.parametrize("done", [False, True])
def test_a_commit_of_which_nobody_knows_keeps_its_file(own, tmp_path, add, monkeypatch, done):
    monkeypatch.setattr(intake, "PART_ROWS", 1)
    monkeypatch.setattr(port, "_SETTLE_S", 0.3)
    with Lake.open(tmp_path / "lake") as lake:
        lose(lake, done=done, meanwhile=own.stop)
        with pytest.raises(OutcomeUnknown, match="may be stored"):
            add(lake, H)
        assert len(list(lake.folder.rglob("*.parquet"))) == 1
        own.start()
        assert has(lake, H) is done
        assert add(lake, H).skipped is done
        assert has(lake, H)
        assert audit(lake).faults == ()


def test_a_server_gone_and_back(own, tmp_path, add):
    with Lake.open(tmp_path / "lake") as lake:
        add(lake, H)
        own.stop()
        for attempt in (lambda: add(lake, H + 1, "y"), lambda: has(lake, H), lambda: lake.sequence):
            with pytest.raises(LakeBroken, match="PostgreSQL is not available"):
                attempt()
        own.start()
        assert has(lake, H)
        add(lake, H + 1, "y")
        assert lake.sequence == 2


def history(lake, reading, folder):
    """Load, correct, enrol, compact and freeze; return all that can be asked."""
    rng = np.random.default_rng(3)
    names = ["B", "a", "站", "é", "_"]
    for n in range(6):
        values = {
            (name, H + 700 * int(m)): [int(v) if v else None for v in rng.integers(0, 4, 6)]
            for name in names
            for m in rng.integers(0, 3, 2)
        }
        origin = Source.GATE if n % 2 else Source.AUDITED_FILE
        lake.add(reading(values), source=f"{n}", sha256=f"{n}", layout="", origin=origin)
    file = folder / "places.csv"
    file.write_text("station,place\n" + "".join(f"{n},县\n" for n in names), "utf-8")
    enrol(lake, "places", file)
    freeze(lake, "day", "2019", b"{}", {"sequence": 5})
    lake.compact()
    found = audit(lake)
    return (
        [lake.block(names, H, H + 2000, as_of=n).tobytes() for n in range(lake.sequence + 1)],
        lake.changes(0, None, names, H, H + 2000),
        lake.roster(),
        lake.stations(),
        lake.span(),
        (found.holdings, found.revisions, found.quarantine, found.gaps, found.faults),
        all_frozen(lake),
    )


def test_both_kinds_of_database_give_the_same_answers(folder, tmp_path, monkeypatch, reading):
    with Lake.open(folder) as lake:
        first = history(lake, reading, tmp_path)
    monkeypatch.delenv(URL)
    Lake.init(tmp_path / "sqlite")
    with Lake.open(tmp_path / "sqlite") as lake:
        assert history(lake, reading, tmp_path) == first
