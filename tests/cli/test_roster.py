"""The command `lantian roster`."""

from lantian.cli.main import main
from lantian.lake.store import Lake


def test_a_file_is_loaded_and_what_it_changed_is_said(tmp_path, capsys):
    Lake.init(tmp_path / "lake")
    file = tmp_path / "places.csv"
    file.write_text("station,place\nA,北京\n", encoding="utf-8")
    assert main(["roster", str(tmp_path / "lake"), "places", str(file)]) == 0
    assert capsys.readouterr().out == (
        "places: 新 / added 1, 终止 / ended 0, 不变 / unchanged 0 (seq 1)\n"
    )


def test_skipped_states_are_said_on_standard_error(tmp_path, capsys):
    Lake.init(tmp_path / "lake")
    file = tmp_path / "x.csv"
    file.write_text(
        "scope,day,pollutant,reason,state,declared_by\nA,2019-05-12,PM10,沙尘,approved,站\n",
        encoding="utf-8",
    )
    assert main(["roster", str(tmp_path / "lake"), "exclusions", str(file)]) == 0
    assert "skipped candidate, submitted" in capsys.readouterr().err


def test_a_bad_file_is_refused_with_status_2(tmp_path, capsys):
    Lake.init(tmp_path / "lake")
    file = tmp_path / "x.csv"
    file.write_text("station,colour\n", encoding="utf-8")
    assert main(["roster", str(tmp_path / "lake"), "places", str(file)]) == 2
    assert "unknown column 'colour'" in capsys.readouterr().err
