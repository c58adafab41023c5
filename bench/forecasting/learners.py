"""The learners of LCDB 1.0 and 1.1 by family of models (`MODEL_FAMILIES`): by what they are, not how they do."""

from __future__ import annotations

_LEARNERS = {
    "linear": (
        "LDA",
        "LogisticRegression",
        "PassiveAggressive",
        "Perceptron",
        "RidgeClassifier",
        "SGDClassifier",
        "SVC_linear",
        "SVM_Linear",
        "sklearn.discriminant_analysis.LinearDiscriminantAnalysis",
        "sklearn.linear_model.LogisticRegression",
        "sklearn.linear_model.PassiveAggressiveClassifier",
        "sklearn.linear_model.Perceptron",
        "sklearn.linear_model.RidgeClassifier",
        "sklearn.linear_model.SGDClassifier",
    ),
    "trees": (
        "CatBoost",
        "Decision Tree",
        "ExtraTree",
        "ens.ExtraTrees",
        "ens.GradientBoosting",
        "ens.RandomForest",
        "sklearn.ensemble.ExtraTreesClassifier",
        "sklearn.ensemble.GradientBoostingClassifier",
        "sklearn.ensemble.RandomForestClassifier",
        "sklearn.tree.DecisionTreeClassifier",
        "sklearn.tree.ExtraTreeClassifier",
    ),
    "kernel": ("SVC_poly", "SVC_rbf", "SVC_sigmoid", "SVM_Poly", "SVM_RBF", "SVM_Sigmoid"),
    "neighbours": ("KNN", "sklearn.neighbors.KNeighborsClassifier"),
    "bayes": (
        "BernoulliNB",
        "ComplementNB",
        "GaussianNB",
        "MultinomialNB",
        "NearestCentroid",
        "QDA",
        "sklearn.discriminant_analysis.QuadraticDiscriminantAnalysis",
        "sklearn.naive_bayes.BernoulliNB",
        "sklearn.naive_bayes.MultinomialNB",
    ),
    "network": ("MLP", "RealMLP", "TabNet", "sklearn.neural_network.MLPClassifier"),
}
FAMILY = {learner: family for family, learners in _LEARNERS.items() for learner in learners}
"""TabPFN, which is not trained on the rows, is of no family."""
