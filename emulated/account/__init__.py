"""An AWS account on this machine: MiniStack with what the site needs and MiniStack lacks.

MiniStack (https://pypi.org/project/ministack/) answers AWS's APIs and carries out CloudFormation's templates. Each
module here adds the resource types of one service, and says what MiniStack lacks and which page of AWS's it follows.
Nothing in it knows the site: what a resource is comes from the template alone.
"""
