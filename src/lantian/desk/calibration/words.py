"""Words of calibration: states of values, origins, reasons of refusal."""

from typing import Final

from lantian.desk.language import both
from lantian.quality.calibration_choice import FEW, NO_BETTER

#: Why a calibration is not used.
REASONS: Final = {
    FEW: both("参比数据太少", "too few references"),
    NO_BETTER: both("不优于原始值", "no better than the raw values"),
    "R2": both("相关性不足", "correlation too low"),
    "slope": both("斜率偏离", "slope too far from 1"),
    "bias": both("偏差过大", "bias too large"),
}
ORIGINS: Final = {
    "own": both("自身参比", "own reference"),
    "network": both("网络传递", "transfer through the network"),
}


def reasons_of(refused: str) -> list[str]:
    """Reasons of a refusal, as they are read."""
    return [str(REASONS.get(reason, reason)) for reason in refused.split()]
