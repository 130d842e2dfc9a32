# Cost of one operation (emulated machine)
# Makes cost.svg and cost.png: run it in this folder.
set encoding utf8
do for [kind in "svg png"] {
reset
set datafile separator "\t"
set datafile columnheaders
set datafile missing "-"
if (kind eq "svg") {
  set terminal svg size 680,832 dynamic enhanced font "DejaVu Sans,14" background "#ffffff"
} else {
  set terminal pngcairo size 1360,1664 enhanced font "DejaVu Sans,14" fontscale 1.5 linewidth 2 pointscale 2 background "#ffffff"
}
set output "cost.".kind
set border 3 lc rgb "#808080"
set tics nomirror out scale 0.5 tc rgb "#000000"
set grid back lc rgb "#d8d8d8" lw 1 dt 1
set style fill border -1
set label "{/:Bold Cost of one operation}" at screen 0.012, screen 0.9784 left
set label "{/*0.86 emulated machine · instructions, log axis}" at screen 0.012, screen 0.9519 left
set yrange [-27.05:0]
set lmargin at screen 0.345
set tmargin at screen 0.9014
set bmargin at screen 0.0889
set border 1
unset key
set grid noytics xtics
unset ytics
set ytics scale 0 noenhanced tc rgb "#000000" ("dense-sequential: first-touch" -1.90, "hot-set: first-touch" -2.90, "sparse-stride: first-touch" -3.90, "random: first-touch" -4.90, "pointer-chase: build" -5.90, "mprotect: warm-up" -6.90, "pte-edit: warm-up" -7.90, "switch: first-round" -8.90, "dense-sequential: warm" -11.05, "hot-set: hot" -12.05, "sparse-stride: warm" -13.05, "random: update" -14.05, "pointer-chase: chase" -15.05, "demand-paging: again" -16.05, "demand-paging: demand" -18.20, "churn" -19.20, "mprotect: flip" -20.20, "pte-edit: edit" -21.20, "switch" -22.20, "hypercall: warm" -24.35, "port-io: out" -25.35, "port-io: in" -26.35)
set label "{/:Bold Cold: tables being filled}" at screen 0.012, first -0.90 left front
set label "{/:Bold Warm: nothing changes}" at screen 0.012, first -10.05 left front
set label "{/:Bold Change: page-table work}" at screen 0.012, first -17.20 left front
set label "{/:Bold Price of an exit}" at screen 0.012, first -23.35 left front
set rmargin at screen 0.95
set logscale x 10
set xrange [0.8:1.25e+05]
set xtics ("1" 1, "10" 10, "100" 100, "1,000" 1000, "10,000" 10000, "100,000" 100000)
set xlabel "instructions per operation (median)"
set label "EPT" at screen 0.024, screen 0.9255 left noenhanced font ",12" point pt 7 ps 1 lw 1.6 lc rgb "#0060a8" offset 0.9,-0.25
set label "shadow (unsync)" at screen 0.106, screen 0.9255 left noenhanced font ",12" point pt 5 ps 1 lw 1.6 lc rgb "#e08a00" offset 0.9,-0.25
set label "shadow (vtlb)" at screen 0.317, screen 0.9255 left noenhanced font ",12" point pt 8 ps 1 lw 1.6 lc rgb "#e08a00" offset 0.9,-0.25
plot "cost.tsv" using (column("lowest")):(column("y")):(column("highest")-column("lowest")):(0) with vectors nohead lc rgb "#b0b0b0" lw 1.5 notitle, \
  "cost.tsv" using (column("vtlb")):(column("y")+-0.2) with points pt 8 ps 1.15 lw 1.6 lc rgb "#e08a00" notitle, \
  "cost.tsv" using (column("spt")):(column("y")+0.0) with points pt 5 ps 0.90 lw 1.6 lc rgb "#e08a00" notitle, \
  "cost.tsv" using (column("ept")):(column("y")+0.2) with points pt 7 ps 0.95 lw 1.6 lc rgb "#0060a8" notitle
unset output
}
