"""How well complaints are found, graded and sent to the right department: `python -m benchmarks.detection`."""
