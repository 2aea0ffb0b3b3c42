#!/bin/bash
# ÿ
