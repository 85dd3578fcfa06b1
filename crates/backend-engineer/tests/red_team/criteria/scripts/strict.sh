#!/bin/sh
set -e
python3 -m unittest discover -s checks -t .
echo finished
