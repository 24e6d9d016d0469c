"""Lantian 蓝天: command system for air-pollution prevention and control."""

__version__ = "0.1.0"
