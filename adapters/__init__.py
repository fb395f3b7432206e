"""The core's ports made real: one package a technology or vendor."""
