"""The command `lantian bulletin`: the bulletin of a period in Word, Excel and PDF."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from lantian.errors import BadRequest
from lantian.flows.bulletin import freeze_bulletin, gather
from lantian.flows.grounds import shelf_of
from lantian.flows.station_days import IN_FORCE
from lantian.lake.store import Lake
from lantian.report.language import Language
from lantian.report.page import bulletin_pdf
from lantian.report.sheet import bulletin_xlsx
from lantian.report.word import DEFAULT_TEMPLATE, bulletin_docx
from lantian.terms.period import parse_period

SUMMARY = "空气质量通报（Word、Excel、PDF）/ the bulletin of a period in Word, Excel, PDF"
EXAMPLE = (
    "lantian bulletin county --period 2015-12 --docx b.docx --xlsx b.xlsx --pdf b.pdf\n"
    "  lantian bulletin county --write-template office.docx"
)


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("lake", type=Path, metavar="DIR", help="数据湖 / the lake")
    parser.add_argument("--period", metavar="P", help="2015-12, 2015, 2015-Q4, D..D")
    for form in ("docx", "xlsx", "pdf"):
        parser.add_argument(f"--{form}", type=Path, metavar="FILE")
    parser.add_argument("--lang", choices=[v.value for v in Language], default="zh")
    parser.add_argument("--place", metavar="P", help="主体地区 / the principal place")
    parser.add_argument("--level", metavar="LEVEL", help="排名层级 / the level that is ranked")
    parser.add_argument("--rules", default=IN_FORCE, metavar="NAME", help="规则集 / a rule set")
    parser.add_argument("--office", default="", metavar="NAME", help="发布单位 / who issues it")
    parser.add_argument(
        "--template", type=Path, metavar="DOCX", help="自备 Word 模板 / the office's own template"
    )
    parser.add_argument(
        "--write-template", type=Path, metavar="DOCX", help="写出默认模板供修改 / write the default"
    )


def run(arguments: argparse.Namespace) -> int:
    """Gather, freeze and write the forms asked for."""
    if arguments.write_template is not None:
        _write(arguments.write_template, DEFAULT_TEMPLATE.read_bytes)
        return 0
    asked = [arguments.docx, arguments.xlsx, arguments.pdf]
    if arguments.period is None or not any(asked):
        raise BadRequest(
            "需要 --period 与至少一种文件 / needs --period and at least one of --docx --xlsx --pdf",
            where="bulletin",
            fix="lantian bulletin --help",
        )
    period = parse_period(arguments.period)
    with Lake.open(arguments.lake) as lake:
        bulletin = gather(
            lake,
            period,
            lang=Language(arguments.lang),
            shelf=shelf_of(lake),
            place=arguments.place,
            level=arguments.level,
            rules=None if arguments.rules == IN_FORCE else arguments.rules,
            office=arguments.office,
        )
        template = arguments.template or DEFAULT_TEMPLATE
        _write(arguments.docx, lambda: bulletin_docx(bulletin, template))
        _write(arguments.xlsx, lambda: bulletin_xlsx(bulletin))
        _write(arguments.pdf, lambda: bulletin_pdf(bulletin))
        changed = freeze_bulletin(lake, bulletin, period)
    if changed:
        print(
            f"与上次通报相比有 {len(changed)} 个数字变化 / {len(changed)} figures differ from the "
            "version before:",
            file=sys.stderr,
        )
        print("\n".join(f"  {line}" for line in changed), file=sys.stderr)
    return 0


def _write(path: Path | None, make: Callable[[], bytes]) -> None:
    if path is None:
        return
    if not path.parent.is_dir():
        raise BadRequest(f"no folder {path.parent}", where="bulletin", fix="make it first")
    path.write_bytes(make())
    print(f"-> {path}")
