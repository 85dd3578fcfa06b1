#!/bin/sh
python3 -m unittest discover -s checks -t .
echo finished
