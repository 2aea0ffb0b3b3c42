#!/bin/sh
# ÿ
