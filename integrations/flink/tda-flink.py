"""What `flink run --python` starts; the package beside it goes along with `--pyFiles`."""

from tda_flink.job import main

main()
