#!/bin/bash
set -e
trap 'rm -f /tmp/shop.log' EXIT
python3 -m unittest discover -s checks -t .
