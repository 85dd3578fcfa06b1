#!/bin/sh
no-such-type-checker app
